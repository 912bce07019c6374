//! Vital signs as Parquet, with dates and times in their own types.

use std::fs::File as StdFile;
use std::path::Path;
use std::sync::Arc;

use anonymed_core::EntityType as E;
use arrow::array::{
    ArrayRef, Date32Builder, Float64Builder, Int32Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use jiff::civil::{Date, date};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::DemoError;
use crate::calendar::days_between;
use crate::clinical::Encounter;
use crate::hospital::Hospital;
use crate::patient::Patient;
use crate::truth::{Spot, Truth};

/// The file's path inside the project.
pub(crate) const NAME: &str = "vitals.parquet";
const EPOCH: Date = date(1970, 1, 1);
const ROWS_PER_BATCH: u64 = 32_768;

/// The Parquet file being written.
pub(crate) struct VitalsFile {
    writer: ArrowWriter<StdFile>,
    schema: Arc<Schema>,
    columns: Columns,
    rows: u64,
    pending: u64,
}

#[derive(Default)]
struct Columns {
    mrn: StringBuilder,
    birth: Date32Builder,
    sex: StringBuilder,
    visit: StringBuilder,
    taken: TimestampMicrosecondBuilder,
    whole: [Int32Builder; 6],
    temperature: Float64Builder,
    weight: Float64Builder,
    nurse: StringBuilder,
}

fn schema() -> Schema {
    let field = |name: &str, kind: DataType| Field::new(name, kind, true);
    let number = |name: &str| field(name, DataType::Int32);
    Schema::new(vec![
        field("mrn", DataType::Utf8),
        field("birth_date", DataType::Date32),
        field("sex", DataType::Utf8),
        field("encounter_id", DataType::Utf8),
        field("measured_at", DataType::Timestamp(TimeUnit::Microsecond, None)),
        number("systolic"),
        number("diastolic"),
        number("pulse"),
        number("resp_rate"),
        number("spo2"),
        number("height_cm"),
        field("temp_c", DataType::Float64),
        field("weight_kg", DataType::Float64),
        field("recorded_by", DataType::Utf8),
    ])
}

impl VitalsFile {
    /// Opens the file.
    pub(crate) fn create(dir: &Path) -> Result<Self, DemoError> {
        let file = fs_err::File::create(dir.join(NAME))?.into_parts().0;
        let schema = Arc::new(schema());
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        Ok(Self {
            writer: ArrowWriter::try_new(file, schema.clone(), Some(properties))?,
            schema,
            columns: Columns::default(),
            rows: 0,
            pending: 0,
        })
    }

    /// Writes one row a visit.
    pub(crate) fn patient(
        &mut self,
        hospital: &Hospital,
        patient: &Patient,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        patient.encounters.iter().try_for_each(|encounter| {
            self.row(hospital, patient, patient, encounter, truth).map(|_| ())
        })
    }

    /// Writes a row whose record number is one patient's and whose birth date and sex are
    /// `person`'s (the same, except in the planted conflict). Gives the row's number.
    pub(crate) fn row(
        &mut self,
        hospital: &Hospital,
        patient: &Patient,
        person: &Patient,
        encounter: &Encounter,
        truth: &mut Truth,
    ) -> Result<u64, DemoError> {
        self.rows += 1;
        self.pending += 1;
        let (vitals, nurse) = (&encounter.vitals, hospital.nurses()[encounter.nurse].full());
        let columns = &mut self.columns;
        columns.mrn.append_value(&patient.who.mrn);
        columns.birth.append_value(days_between(EPOCH, person.who.birth) as i32);
        columns.sex.append_value(if person.who.female() { "F" } else { "M" });
        columns.visit.append_value(&encounter.number);
        let day = days_between(EPOCH, vitals.taken.date());
        let minutes = i64::from(vitals.taken.hour()) * 60 + i64::from(vitals.taken.minute());
        columns.taken.append_value((day * 1440 + minutes) * 60_000_000);
        let whole = [
            vitals.systolic,
            vitals.diastolic,
            vitals.pulse,
            vitals.breaths,
            vitals.saturation,
            vitals.height,
        ];
        for (builder, value) in columns.whole.iter_mut().zip(whole) {
            builder.append_value(value);
        }
        columns.temperature.append_value(f64::from(vitals.temperature) / 10.0);
        columns.weight.append_value(f64::from(vitals.weight) / 10.0);
        columns.nurse.append_value(&nurse);
        let (birth, taken) = (person.who.birth.to_string(), vitals.taken.to_string());
        let planted = [
            ("mrn", E::Mrn, patient.who.mrn.as_str()),
            ("birth_date", E::Date, &birth),
            ("encounter_id", E::Account, &encounter.number),
            ("measured_at", E::Date, &taken),
            ("recorded_by", E::Staff, &nurse),
        ];
        let spot = Spot { file: NAME, subject: Some(&patient.who.mrn) };
        for (column, entity, value) in planted {
            truth.plant(spot, &format!("row:{}/column:{column}", self.rows), entity, value)?;
        }
        if self.pending == ROWS_PER_BATCH {
            self.flush()?;
        }
        Ok(self.rows)
    }

    fn flush(&mut self) -> Result<(), DemoError> {
        let columns = &mut self.columns;
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(columns.mrn.finish()),
            Arc::new(columns.birth.finish()),
            Arc::new(columns.sex.finish()),
            Arc::new(columns.visit.finish()),
            Arc::new(columns.taken.finish()),
        ];
        for builder in &mut columns.whole {
            arrays.push(Arc::new(builder.finish()));
        }
        arrays.push(Arc::new(columns.temperature.finish()));
        arrays.push(Arc::new(columns.weight.finish()));
        arrays.push(Arc::new(columns.nurse.finish()));
        self.writer.write(&RecordBatch::try_new(self.schema.clone(), arrays)?)?;
        self.pending = 0;
        Ok(())
    }

    /// Closes the file.
    pub(crate) fn finish(mut self) -> Result<(), DemoError> {
        self.flush()?;
        self.writer.close()?;
        Ok(())
    }
}
