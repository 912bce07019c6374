//! The written files against the ground truth, each format read back by another library than the
//! one that wrote it, where there is one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use anonymed_core::EntityType;
use anonymed_demo::{Options, TruthLine, truth_path, write_project};
use arrow::array::{Array, ArrayRef, Date32Array, StringArray, TimestampMicrosecondArray};
use arrow::temporal_conversions::{date32_to_datetime, timestamp_us_to_datetime};
use calamine::{Data, Reader, Xlsx, open_workbook};
use jiff::ToSpan;
use jiff::civil::date;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest, Sha256};

fn truth(dir: &Path) -> Vec<TruthLine> {
    fs_err::read_to_string(truth_path(dir))
        .unwrap()
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

fn digest(dir: &Path) -> String {
    let mut all = Sha256::new();
    let mut paths: Vec<_> = walkdir::WalkDir::new(dir.parent().unwrap())
        .into_iter()
        .map(|e| e.unwrap().into_path())
        .filter(|p| p.is_file())
        .collect();
    paths.sort();
    for path in paths {
        all.update(
            path.strip_prefix(dir.parent().unwrap()).unwrap().as_os_str().as_encoded_bytes(),
        );
        all.update(fs_err::read(&path).unwrap());
    }
    data_encoding::HEXLOWER.encode(&all.finalize())
}

fn project(options: &Options) -> (tempfile::TempDir, std::path::PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("messy");
    write_project(&dir, options).unwrap();
    (parent, dir)
}

#[test]
fn same_seed_same_bytes() {
    let sha = |seed| digest(&project(&Options { patients: 60, seed }).1);
    assert_eq!(sha(3), sha(3));
    assert_ne!(sha(3), sha(4));
}

#[test]
fn every_place_of_a_template_is_filled() {
    let (_parent, dir) = project(&Options { patients: 120, seed: 2 });
    let prose = walkdir::WalkDir::new(&dir).into_iter().map(|e| e.unwrap().into_path());
    for path in prose.filter(|p| p.extension().is_some_and(|e| e == "txt" || e == "csv")) {
        // One of the tables is UTF-16; `{INR}` is a unit.
        let mut bytes = fs_err::read(&path).unwrap();
        bytes.retain(|b| *b != 0);
        let name = |b: &u8| b.is_ascii_lowercase() || matches!(b, b'_' | b'.' | b':' | b'0'..=b'9');
        let open = bytes.split(|b| *b == b'{').skip(1).any(|rest| {
            let length = rest.iter().take_while(|b| name(b)).count();
            length >= 2 && rest.get(length) == Some(&b'}')
        });
        assert!(!open, "{}", path.display());
    }
}

#[test]
fn small_hospitals_work() {
    for patients in [1, 2, 7, 9] {
        project(&Options { patients, seed: 9 });
    }
    let parent = tempfile::tempdir().unwrap();
    assert!(write_project(parent.path(), &Options { patients: 0, seed: 1 }).is_err());
}

/// Every table as rows of header to text.
type Table = Vec<HashMap<String, String>>;

fn delimited(path: &Path, separator: u8) -> Table {
    let bytes = fs_err::read(path).unwrap();
    let (text, _, wrong) = encoding_rs::UTF_8.decode(&bytes);
    assert!(!wrong);
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
    reader.deserialize().map(|r| r.unwrap()).collect()
}

fn parquet(path: &Path) -> Table {
    let file = fs_err::File::open(path).unwrap().into_parts().0;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let mut rows = Table::new();
    for batch in reader {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            let fields = batch
                .schema()
                .fields()
                .iter()
                .zip(batch.columns())
                .map(|(f, c)| (f.name().clone(), cell(c, row)))
                .collect();
            rows.push(fields);
        }
    }
    rows
}

fn cell(column: &ArrayRef, row: usize) -> String {
    let any = column.as_any();
    if let Some(text) = any.downcast_ref::<StringArray>() {
        text.value(row).to_owned()
    } else if let Some(day) = any.downcast_ref::<Date32Array>() {
        date32_to_datetime(day.value(row)).unwrap().date().to_string()
    } else if let Some(at) = any.downcast_ref::<TimestampMicrosecondArray>() {
        timestamp_us_to_datetime(at.value(row)).unwrap().format("%Y-%m-%dT%H:%M:%S").to_string()
    } else {
        String::new()
    }
}

fn sheets(path: &Path) -> BTreeMap<String, Table> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let mut out = BTreeMap::new();
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).unwrap();
        let mut rows = range.rows();
        let headers: Vec<String> = rows.next().unwrap().iter().map(|c| c.to_string()).collect();
        let table =
            rows.map(|r| headers.iter().cloned().zip(r.iter().map(shown)).collect()).collect();
        out.insert(name, table);
    }
    out
}

fn shown(cell: &Data) -> String {
    match cell {
        // Serial days count from the last day but one of 1899.
        Data::DateTime(at) => {
            date(1899, 12, 30).checked_add((at.as_f64() as i32).days()).unwrap().to_string()
        }
        other => other.to_string(),
    }
}

/// The value at a path such as `Patient.name[0].family`.
fn at_path<'a>(root: &'a serde_json::Value, path: &str) -> &'a serde_json::Value {
    let (kind, rest) = path.split_once('.').unwrap();
    assert_eq!(root["resourceType"], kind);
    rest.split('.').fold(root, |value, part| {
        let mut names = part.split('[');
        let value = &value[names.next().unwrap()];
        names.fold(value, |v, i| &v[i.trim_end_matches(']').parse::<usize>().unwrap()])
    })
}

fn element_text(root: &serde_json::Value, path: &str) -> String {
    let text = at_path(root, path).as_str().unwrap_or_else(|| panic!("nothing at {path}"));
    if path.ends_with("attachment.data") {
        return String::from_utf8(data_encoding::BASE64.decode(text.as_bytes()).unwrap()).unwrap();
    }
    if path.ends_with(".div") {
        return text.replace("&amp;", "&").replace("<br/>", "\n");
    }
    text.to_owned()
}

/// Everything in the project, read once.
struct Readers {
    tables: HashMap<String, Table>,
    books: HashMap<String, BTreeMap<String, Table>>,
    lines: HashMap<String, Vec<serde_json::Value>>,
    notes: HashMap<String, Vec<u8>>,
    workbook_xml: String,
}

impl Readers {
    fn open(dir: &Path) -> Self {
        let mut tables = HashMap::new();
        tables.insert("patients.csv".to_owned(), delimited(&dir.join("patients.csv"), b','));
        tables.insert("labs.csv".to_owned(), delimited(&dir.join("labs.csv"), b';'));
        tables.insert("vitals.parquet".to_owned(), parquet(&dir.join("vitals.parquet")));
        let bytes = fs_err::read(dir.join("encounters.csv")).unwrap();
        assert_eq!(&bytes[..2], b"\xff\xfe");
        let (text, _, wrong) = encoding_rs::UTF_16LE.decode(&bytes);
        assert!(!wrong);
        let rows =
            csv::Reader::from_reader(text.as_bytes()).deserialize().map(|r| r.unwrap()).collect();
        tables.insert("encounters.csv".to_owned(), rows);
        let mut books = HashMap::new();
        books.insert("medications.xlsx".to_owned(), sheets(&dir.join("medications.xlsx")));
        let workbook_xml = unzip(&dir.join("medications.xlsx"));
        Self { tables, books, lines: HashMap::new(), notes: HashMap::new(), workbook_xml }
    }

    fn json(&mut self, dir: &Path, file: &str, line: usize) -> &serde_json::Value {
        let lines = self.lines.entry(file.to_owned()).or_insert_with(|| {
            fs_err::read_to_string(dir.join(file))
                .unwrap()
                .lines()
                .filter_map(|l| serde_json::from_str(l).ok())
                .collect()
        });
        &lines[line - 1]
    }

    fn text_at(&mut self, dir: &Path, line: &TruthLine) -> String {
        let mut parts = line.place.splitn(3, '/');
        let first = parts.next().unwrap();
        if first == "name" {
            assert!(dir.join(&line.file).exists());
            return line.file.clone();
        }
        if let Some(range) = first.strip_prefix("bytes:") {
            let (start, end) = range.split_once('-').unwrap();
            let bytes = self
                .notes
                .entry(line.file.clone())
                .or_insert_with(|| fs_err::read(dir.join(&line.file)).unwrap());
            let exact = &bytes[start.parse().unwrap()..end.parse().unwrap()];
            assert_eq!(exact, line.value.as_bytes());
            return line.value.clone();
        }
        if let Some(number) = first.strip_prefix("line:") {
            let path = line.place.split_once("/path:").unwrap().1;
            return element_text(self.json(dir, &line.file, number.parse().unwrap()), path);
        }
        if let Some(number) = first.strip_prefix("row:") {
            let header = line.place.split_once("/column:").unwrap().1;
            let row = number.parse::<usize>().unwrap() - 1;
            return self.tables[&line.file][row][header].clone();
        }
        if let Some(sheet) = first.strip_prefix("sheet:") {
            let rest = parts.next().unwrap();
            if rest.starts_with("comment:") {
                return self.workbook_xml.clone();
            }
            let header = line.place.split_once("/column:").unwrap().1;
            let row = rest.strip_prefix("row:").unwrap().parse::<usize>().unwrap() - 1;
            return self.books[&line.file][sheet][row][header].clone();
        }
        assert_eq!(line.place, "property:creator");
        self.workbook_xml.clone()
    }
}

/// All XML of a workbook, unescaped where it matters here.
fn unzip(path: &Path) -> String {
    let mut archive = zip::ZipArchive::new(fs_err::File::open(path).unwrap()).unwrap();
    let mut out = String::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let name = file.name().unwrap().into_owned();
        if name.contains("comments") || name.contains("core.xml") {
            std::io::Read::read_to_string(&mut file, &mut out).unwrap();
        }
    }
    out.replace("&amp;", "&").replace("&quot;", "\"").replace("&#39;", "'")
}

#[test]
fn every_truth_line_finds_its_value_at_its_place() {
    let (_parent, dir) = project(&Options { patients: 80, seed: 5 });
    let mut readers = Readers::open(&dir);
    let lines = truth(&dir);
    assert!(lines.len() > 10_000);
    let mut shapes = BTreeSet::new();
    for line in lines.iter().filter(|l| !l.category.starts_with("defect:")) {
        assert!(EntityType::from_name(&line.category).is_some(), "{}", line.category);
        assert!(!line.value.is_empty());
        let found = readers.text_at(&dir, line);
        assert!(found.contains(&line.value), "{} {}: not there", line.file, line.place);
        shapes.insert(line.place.split([':', '/']).next().unwrap().to_owned());
    }
    let expect = ["bytes", "line", "name", "property", "row", "sheet"];
    assert_eq!(shapes.iter().map(String::as_str).collect::<Vec<_>>(), expect);
}

#[test]
fn hiding_places_and_categories_are_all_used() {
    let (_parent, dir) = project(&Options { patients: 120, seed: 6 });
    let lines = truth(&dir);
    let has = |what: &str, test: &dyn Fn(&TruthLine) -> bool| {
        assert!(lines.iter().any(test), "nothing planted: {what}");
    };
    has("comment column", &|l| l.file == "patients.csv" && l.place.ends_with("column:comment"));
    has("notes column", &|l| l.file == "encounters.csv" && l.place.ends_with("column:notes"));
    has("hidden sheet", &|l| l.place.starts_with("sheet:_lookup/"));
    has("cell comment", &|l| l.place.contains("/comment:"));
    has("file name", &|l| l.place == "name" && l.category == "mrn");
    has("folder name", &|l| l.place == "name" && l.file.matches('/').count() == 2);
    has("narrative", &|l| l.place.ends_with("Patient.text.div"));
    has("unknown extension", &|l| l.place.contains("extension") && l.category == "ssn");
    has("contained", &|l| l.place.contains("AllergyIntolerance.contained[0].name"));
    has("attachment", &|l| l.place.ends_with("attachment.data"));
    has("conditional reference", &|l| l.place.contains("request.ifNoneExist"));
    has("bundle", &|l| l.place.contains("Bundle.entry[0].resource."));
    has("age over 89", &|l| l.category == "age");
    for kind in [
        "patient",
        "doctor",
        "staff",
        "relative",
        "hospital",
        "room",
        "street",
        "city",
        "county",
        "zip",
        "phone",
        "fax",
        "pager",
        "email",
        "ssn",
        "mrn",
        "health-plan",
        "account",
        "licence",
        "date",
        "accession",
        "other-id",
        "device",
    ] {
        has(kind, &|l| l.category == kind);
    }
}

#[test]
fn defects_are_there_and_recorded() {
    let (_parent, dir) = project(&Options { patients: 40, seed: 8 });
    let lines = truth(&dir);
    let defects: Vec<&TruthLine> =
        lines.iter().filter(|l| l.category.starts_with("defect:")).collect();
    let mut kinds: Vec<&str> = defects.iter().map(|l| &l.category[7..]).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        [
            "conflicting-id",
            "conflicting-id",
            "duplicate-row",
            "truncated",
            "truncated",
            "truncated",
            "unknown-modifier-extension",
            "unreadable-encoding",
        ]
    );
    let repeated = defects.iter().find(|l| l.category == "defect:duplicate-row").unwrap();
    let row: usize = repeated.place.strip_prefix("row:").unwrap().parse().unwrap();
    let readers = Readers::open(&dir);
    let table = &readers.tables["encounters.csv"];
    assert_eq!(table[row - 1], table[row - 2]);
    let cut = fs_err::File::open(dir.join("vitals_2019.parquet")).unwrap().into_parts().0;
    assert!(ParquetRecordBatchReaderBuilder::try_new(cut).is_err());
    assert!(open_workbook::<Xlsx<_>, _>(dir.join("medications_backup.xlsx")).is_err());
    let vaccines = fs_err::read_to_string(dir.join("fhir/Immunization.ndjson")).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(vaccines.lines().last().unwrap()).is_err());
    assert!(String::from_utf8(fs_err::read(dir.join("notes/scan_0007.txt")).unwrap()).is_err());
}

#[test]
fn references_of_the_bulk_export_resolve() {
    let (_parent, dir) = project(&Options { patients: 30, seed: 2 });
    let mut ids = BTreeSet::new();
    let mut references = BTreeSet::new();
    for entry in fs_err::read_dir(dir.join("fhir")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        for line in fs_err::read_to_string(&path).unwrap().lines() {
            let Ok(value) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let (kind, id) = (value["resourceType"].as_str(), value["id"].as_str());
            ids.insert(format!("{}/{}", kind.unwrap(), id.unwrap()));
            collect(&value, &mut references);
        }
    }
    references.retain(|r| !r.starts_with('#'));
    assert!(references.len() > 60);
    assert!(references.is_subset(&ids));
}

fn collect(value: &serde_json::Value, out: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(fields) => fields.iter().for_each(|(name, v)| match v.as_str() {
            Some(text) if name == "reference" => {
                out.insert(text.to_owned());
            }
            _ => collect(v, out),
        }),
        serde_json::Value::Array(items) => items.iter().for_each(|v| collect(v, out)),
        _ => {}
    }
}

#[test]
fn a_laboratory_value_is_the_same_in_every_modality() {
    let (_parent, dir) = project(&Options { patients: 40, seed: 2 });
    let labs = delimited(&dir.join("labs.csv"), b';');
    let tables: BTreeSet<(String, String, String)> = labs
        .iter()
        .map(|r| (r["accession"].clone(), r["loinc"].clone(), r["value"].replace(',', ".")))
        .collect();
    let mut fhir = BTreeSet::new();
    for line in fs_err::read_to_string(dir.join("fhir/Observation.ndjson")).unwrap().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        if value["valueQuantity"].is_object() {
            fhir.insert((
                value["identifier"][0]["value"].as_str().unwrap().to_owned(),
                value["code"]["coding"][0]["code"].as_str().unwrap().to_owned(),
                value["valueQuantity"]["value"].to_string(),
            ));
        }
    }
    assert!(tables.len() > 300);
    assert_eq!(tables, fhir);
}
