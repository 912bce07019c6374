//! Writes what the tagger's trainer reads: for every line of JSON a text's tokens as numbers.
//!
//!     cargo run --release -p anonymed-text --example tagger_features -- IN.jsonl OUT_FOLDER
//!
//! A line is `{"id","text","spans":[{"start","end","types":["patient"]}],"unmarked":["date"]}`, its
//! offsets in code points; a span with `"unknown": true` says nothing of its tags, and `unmarked`
//! are types that may stand there unmarked. Written are `tokens.bin` (records as
//! `anonymed_text::tagger::training::encode` describes them), `places.bin` (first and last code
//! point of each token, u32), `docs.bin` (first token of each text, u64) and `sizes.json`.

use std::error::Error;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;

use anonymed_core::EntityType;
use anonymed_text::tagger::training::{self, Mark};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(input), Some(folder)) = (args.next(), args.next()) else {
        return Err("give a file of lines and a folder".into());
    };
    fs_err::create_dir_all(&folder)?;
    let create = |name: &str| fs_err::File::create(folder.join(name)).map(BufWriter::new);
    let mut tokens = create("tokens.bin")?;
    let mut places = create("places.bin")?;
    let mut docs = create("docs.bin")?;
    let mut count = 0u64;
    for (number, line) in BufReader::new(fs_err::File::open(input)?).lines().enumerate() {
        let line: Value = serde_json::from_str(&line?)?;
        let (text, marks, unmarked) =
            read(&line).ok_or_else(|| format!("line {}: not of the form", number + 1))?;
        let (records, spans) = training::encode(&text, &marks, &unmarked);
        docs.write_all(&count.to_le_bytes())?;
        tokens.write_all(&records)?;
        let points = Points::new(&text);
        for span in &spans {
            places.write_all(&points.of(span.start).to_le_bytes())?;
            places.write_all(&points.of(span.end).to_le_bytes())?;
        }
        count += spans.len() as u64;
    }
    docs.write_all(&count.to_le_bytes())?;
    for file in [&mut tokens, &mut places, &mut docs] {
        file.flush()?;
    }
    let mut sizes = json!({ "names": training::label_names(), "record": training::RECORD });
    for (name, values) in training::sizes() {
        sizes[name] = if values.len() == 1 { json!(values[0]) } else { json!(values) };
    }
    fs_err::write(folder.join("sizes.json"), serde_json::to_string_pretty(&sizes)?)?;
    writeln!(std::io::stderr(), "{count} tokens")?;
    Ok(())
}

fn read(line: &Value) -> Option<(String, Vec<Mark>, Vec<EntityType>)> {
    let text = line["text"].as_str()?.to_owned();
    let bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let types = |list: &Value| {
        let names = list.as_array().cloned().unwrap_or_default();
        names.iter().map(|n| EntityType::from_name(n.as_str()?)).collect::<Option<Vec<_>>>()
    };
    let mut marks = Vec::new();
    for span in line["spans"].as_array()? {
        let point = |key: &str| bytes.get(usize::try_from(span[key].as_u64()?).ok()?).copied();
        marks.push(Mark {
            span: point("start")?..point("end")?,
            types: types(&span["types"])?,
            unknown: span["unknown"].as_bool().unwrap_or(false),
        });
    }
    marks.sort_by_key(|m| m.span.start);
    let unmarked = types(&line["unmarked"])?;
    Some((text, marks, unmarked))
}

/// Code points before each byte.
struct Points(Vec<u32>);

impl Points {
    fn new(text: &str) -> Self {
        let mut points = vec![0; text.len() + 1];
        let mut count = 0;
        for (at, c) in text.char_indices() {
            points[at] = count;
            count += 1;
            points[at + 1..at + c.len_utf8()].fill(count);
        }
        points[text.len()] = count;
        Self(points)
    }

    fn of(&self, byte: usize) -> u32 {
        self.0[byte]
    }
}
