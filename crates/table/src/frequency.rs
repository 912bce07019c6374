//! The frequency table of a part: one `GROUP BY` in DataFusion over coded quasi-identifiers and
//! sensitive columns, with rows and distinct subjects of every group.
//!
//! Values never enter the engine: columns are numbers of our own dictionaries, so what is spilled
//! to disk under memory pressure names nobody.

use std::sync::{Arc, Mutex, mpsc};

use anonymed_core::ModalityError;
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, ListArray, RecordBatch, UInt32Array, UInt32Builder,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type};
use datafusion::catalog::streaming::StreamingTable;
use datafusion::common::{Result as EngineResult, exec_err};
use datafusion::error::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::prelude::{SessionConfig, SessionContext, col, lit};
use futures::StreamExt;
use tokio::sync::mpsc as channel;

use crate::TableOptions;

/// What is grouped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grouping {
    /// Coded columns, quasi-identifiers first.
    pub(crate) keys: usize,
    /// Distinct subjects kept per group; `None` groups by subject too.
    pub(crate) subjects_up_to: Option<u32>,
}

/// Rows with equal codes, group by group, laid out flat: a million groups of six columns take
/// about 50 MB.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    width: usize,
    codes: Vec<u32>,
    subjects: Vec<u32>,
    ends: Vec<usize>,
    rows: Vec<u64>,
}

impl Groups {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn codes(&self, group: usize) -> &[u32] {
        &self.codes[group * self.width..(group + 1) * self.width]
    }

    /// The distinct subjects that were kept, ascending.
    pub(crate) fn subjects(&self, group: usize) -> &[u32] {
        let start = if group == 0 { 0 } else { self.ends[group - 1] };
        &self.subjects[start..self.ends[group]]
    }

    pub(crate) fn rows(&self, group: usize) -> u64 {
        self.rows[group]
    }

    /// Gives every code of a column another number.
    pub(crate) fn recode(&mut self, finals: &[Vec<u32>]) {
        for codes in self.codes.chunks_exact_mut(self.width.max(1)) {
            for (code, finals) in codes.iter_mut().zip(finals) {
                *code = finals[*code as usize];
            }
        }
    }

    /// The groups in the order of their codes and subjects, whatever order they came in.
    pub(crate) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_unstable_by_key(|g| (self.codes(*g), self.subjects(*g)));
        order
    }
}

/// Takes batches of codes (a column for each key, then the subject's number).
pub(crate) type Feed<'a> = dyn FnMut(Vec<UInt32Array>) -> Result<(), ModalityError> + 'a;

/// Groups what `feed` hands on; the groups come in no particular order.
pub(crate) fn group(
    runtime: &tokio::runtime::Runtime,
    options: &TableOptions,
    grouping: Grouping,
    feed: impl FnOnce(&mut Feed<'_>) -> Result<(), ModalityError>,
) -> Result<Groups, ModalityError> {
    let schema = schema(grouping.keys);
    let (sender, receiver) = channel::channel::<RecordBatch>(4);
    let (done, result) = mpsc::sync_channel(1);
    let work = aggregate(options.clone(), grouping, Arc::clone(&schema), receiver);
    runtime.spawn(async move {
        // The caller waits for exactly one answer.
        let _ = done.send(work.await);
    });
    let fed = feed(&mut |columns| {
        let arrays = columns.into_iter().map(|c| Arc::new(c) as ArrayRef).collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
            .map_err(|_| ModalityError::Internal("codes do not fit the plan".into()))?;
        sender
            .blocking_send(batch)
            .map_err(|_| ModalityError::Internal("the aggregation stopped".into()))
    });
    drop(sender);
    let grouped = result
        .recv()
        .map_err(|_| ModalityError::Internal("the aggregation ended without an answer".into()))?;
    match (grouped, fed) {
        // The engine's own fault says more than that it stopped listening.
        (Err(e), _) => Err(engine_error(&e)),
        (Ok(_), Err(e)) => Err(e),
        (Ok(groups), Ok(())) => Ok(groups),
    }
}

fn engine_error(error: &DataFusionError) -> ModalityError {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => ModalityError::Limit {
            what: "the memory for distinct combinations",
            limit: "the table engine's share; give it more, or a folder to spill to".into(),
        },
        _ => ModalityError::Internal("the table engine failed".into()),
    }
}

fn key(n: usize) -> String {
    format!("k{n}")
}

const SUBJECT: &str = "subject";

fn schema(keys: usize) -> SchemaRef {
    let names = (0..keys).map(key).chain([SUBJECT.to_owned()]);
    Arc::new(Schema::new(names.map(|n| Field::new(n, DataType::UInt32, false)).collect::<Vec<_>>()))
}

async fn aggregate(
    options: TableOptions,
    grouping: Grouping,
    schema: SchemaRef,
    receiver: channel::Receiver<RecordBatch>,
) -> EngineResult<Groups> {
    let spill = match options.spill {
        Some(folder) => DiskManagerMode::Directories(vec![folder]),
        None => DiskManagerMode::Disabled,
    };
    let env = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(options.memory_bytes)))
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(spill))
        .build_arc()?;
    let lanes = rayon::current_num_threads().max(1);
    let config = SessionConfig::new().with_target_partitions(lanes);
    let session = SessionContext::new_with_config_rt(config, env);
    let source = CodeStream { schema: Arc::clone(&schema), receiver: Mutex::new(Some(receiver)) };
    let table = StreamingTable::try_new(schema, vec![Arc::new(source)])?;
    let mut keys: Vec<_> = (0..grouping.keys).map(|n| col(key(n))).collect();
    let mut values = vec![count(lit(1i64)).alias("rows")];
    match grouping.subjects_up_to {
        Some(most) => {
            let subjects = AggregateUDF::new_from_impl(SubjectsUpTo::new(most));
            values.push(subjects.call(vec![col(SUBJECT)]).alias("subjects"));
        }
        None => keys.push(col(SUBJECT)),
    }
    let frame = session.read_table(Arc::new(table))?.aggregate(keys, values)?;
    let mut stream = frame.execute_stream().await?;
    let mut groups = Groups { width: grouping.keys, ..Groups::default() };
    while let Some(batch) = stream.next().await {
        read_groups(&batch?, grouping, &mut groups)?;
    }
    Ok(groups)
}

fn read_groups(batch: &RecordBatch, grouping: Grouping, groups: &mut Groups) -> EngineResult<()> {
    let numbers = |n: usize| batch.column(n).as_primitive::<UInt32Type>().values();
    let by_subject = grouping.subjects_up_to.is_none();
    let rows_at = grouping.keys + usize::from(by_subject);
    let rows = batch.column(rows_at).as_primitive::<arrow::datatypes::Int64Type>();
    for row in 0..batch.num_rows() {
        groups.codes.extend((0..grouping.keys).map(|n| numbers(n)[row]));
        if by_subject {
            groups.subjects.push(numbers(grouping.keys)[row]);
        } else {
            let lists = batch.column(rows_at + 1).as_list::<i32>();
            let subjects = lists.value(row);
            groups.subjects.extend_from_slice(subjects.as_primitive::<UInt32Type>().values());
        }
        groups.ends.push(groups.subjects.len());
        groups.rows.push(u64::try_from(rows.value(row)).unwrap_or(0));
    }
    Ok(())
}

/// The batches as a source of the engine; read once.
struct CodeStream {
    schema: SchemaRef,
    receiver: Mutex<Option<channel::Receiver<RecordBatch>>>,
}

impl std::fmt::Debug for CodeStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeStream")
    }
}

impl PartitionStream for CodeStream {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let receiver = self.receiver.lock().ok().and_then(|mut r| r.take());
        let batches = futures::stream::unfold(receiver, |receiver| async move {
            let mut receiver = receiver?;
            let batch = receiver.recv().await?;
            Some((Ok(batch), Some(receiver)))
        });
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), batches))
    }
}

/// The aggregate `subjects_up_to_k`: the k smallest distinct subject numbers of a group. The
/// smallest of a union are among the smallest of its parts, so states merge without loss and in
/// any order to the same set.
#[derive(Debug, PartialEq, Eq, Hash)]
struct SubjectsUpTo {
    signature: Signature,
    most: u32,
}

impl SubjectsUpTo {
    fn new(most: u32) -> Self {
        let signature = Signature::exact(vec![DataType::UInt32], Volatility::Immutable);
        Self { signature, most }
    }
}

fn item() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::UInt32, true))
}

impl AggregateUDFImpl for SubjectsUpTo {
    fn name(&self) -> &'static str {
        "subjects_up_to_k"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::List(item()))
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> EngineResult<Box<dyn Accumulator>> {
        exec_err!("subjects_up_to_k is an aggregate of groups")
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> EngineResult<Vec<Arc<Field>>> {
        let name = format!("{}[subjects]", args.name);
        Ok(vec![Arc::new(Field::new(name, DataType::List(item()), true))])
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        _: AccumulatorArgs<'_>,
    ) -> EngineResult<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(SubjectSets { most: self.most as usize, sets: Vec::new(), bytes: 0 }))
    }
}

/// The sets of all groups at work, each ascending.
struct SubjectSets {
    most: usize,
    sets: Vec<Vec<u32>>,
    bytes: usize,
}

impl SubjectSets {
    fn insert(&mut self, group: usize, subject: u32) {
        let most = self.most;
        let set = &mut self.sets[group];
        if let Err(at) = set.binary_search(&subject)
            && at < most
        {
            let before = set.capacity();
            if set.len() == most {
                set.pop();
            }
            if set.capacity() == set.len() {
                set.reserve_exact((set.len()).max(1).min(most - set.len()));
            }
            set.insert(at, subject);
            self.bytes += (set.capacity() - before) * 4;
        }
    }

    fn take(&mut self, emit: EmitTo) -> ListArray {
        let sets = emit.take_needed(&mut self.sets);
        let mut values = UInt32Builder::new();
        for set in &sets {
            values.append_slice(set);
            self.bytes = self.bytes.saturating_sub(set.capacity() * 4);
        }
        let offsets = OffsetBuffer::from_lengths(sets.iter().map(Vec::len));
        ListArray::new(item(), offsets, Arc::new(values.finish()), None)
    }
}

impl GroupsAccumulator for SubjectSets {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> EngineResult<()> {
        self.sets.resize_with(total_num_groups, Vec::new);
        let subjects = values[0].as_primitive::<UInt32Type>();
        for (row, group) in group_indices.iter().enumerate() {
            if opt_filter.is_none_or(|f| f.is_valid(row) && f.value(row)) {
                self.insert(*group, subjects.value(row));
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> EngineResult<ArrayRef> {
        Ok(Arc::new(self.take(emit_to)))
    }

    fn state(&mut self, emit_to: EmitTo) -> EngineResult<Vec<ArrayRef>> {
        Ok(vec![Arc::new(self.take(emit_to))])
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> EngineResult<()> {
        self.sets.resize_with(total_num_groups, Vec::new);
        let lists = values[0].as_list::<i32>();
        let subjects = lists.values().as_primitive::<UInt32Type>();
        for (row, group) in group_indices.iter().enumerate() {
            let (start, end) = (lists.value_offsets()[row], lists.value_offsets()[row + 1]);
            for at in start as usize..end as usize {
                self.insert(*group, subjects.value(at));
            }
        }
        Ok(())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> EngineResult<Vec<ArrayRef>> {
        let mut one = SubjectSets { most: self.most, sets: Vec::new(), bytes: 0 };
        let rows: Vec<usize> = (0..values[0].len()).collect();
        one.update_batch(values, &rows, opt_filter, rows.len())?;
        one.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.bytes + self.sets.capacity() * size_of::<Vec<u32>>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(batches: &[(&[u32], &[u32])], most: Option<u32>) -> Groups {
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let grouping = Grouping { keys: 1, subjects_up_to: most };
        group(&runtime, &TableOptions::default(), grouping, |feed| {
            batches.iter().try_for_each(|(keys, subjects)| {
                feed(vec![UInt32Array::from(keys.to_vec()), UInt32Array::from(subjects.to_vec())])
            })
        })
        .unwrap()
    }

    #[test]
    fn groups_count_rows_and_keep_the_smallest_subjects() {
        let batches: Vec<(Vec<u32>, Vec<u32>)> = (0..40u32)
            .map(|b| {
                let keys = (0..1000).map(|r| r % 3).collect();
                (keys, (0..1000).map(|r| (r * 7 + b) % 50).collect())
            })
            .collect();
        let batches: Vec<(&[u32], &[u32])> =
            batches.iter().map(|(a, b)| (a.as_slice(), b.as_slice())).collect();
        let groups = counted(&batches, Some(4));
        assert_eq!(groups.len(), 3);
        assert_eq!((0..3).map(|g| groups.rows(g)).sum::<u64>(), 40_000);
        assert!((0..3).all(|g| groups.subjects(g) == [0, 1, 2, 3]));
        let ordered: Vec<u32> = groups.order().iter().map(|g| groups.codes(*g)[0]).collect();
        assert_eq!(ordered, [0, 1, 2]);
        let by_subject = counted(&batches, None);
        assert_eq!(by_subject.len(), 150);
        assert!((0..150).all(|g| by_subject.subjects(g).len() == 1));
    }

    #[test]
    fn no_rows_are_no_groups() {
        assert_eq!(counted(&[], Some(3)).len(), 0);
    }

    #[test]
    fn an_error_of_the_feed_comes_back() {
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let grouping = Grouping { keys: 1, subjects_up_to: Some(1) };
        let result = group(&runtime, &TableOptions::default(), grouping, |_| {
            Err(ModalityError::Internal("no".into()))
        });
        assert!(matches!(result, Err(ModalityError::Internal(_))));
    }
}
