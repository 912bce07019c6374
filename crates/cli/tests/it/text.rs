//! `anonymed text`: what a person with texts and no project sees of it.

use serde_json::Value;

use crate::{Bench, code, stderr};

const NOTE: &str = "Patient: Maria Lindqvist\nMRN: 4471920\nDOB: 03/14/1951\n\n\
    Mrs. Lindqvist is a 70-year-old woman seen on 06/02/2021 for chest pain.\n\
    Vitals: BP 128/76, HR 72. Foley catheter removed. Metoprolol 25 mg.\n";

fn json(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_note_is_scrubbed_without_a_key_and_medicine_stays() {
    let bench = Bench::new();
    bench.write("note.txt", NOTE);
    let done = bench.run(&["text", "scrub", "note.txt"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    for gone in ["Maria", "Lindqvist", "4471920", "03/14/1951", "06/02/2021"] {
        assert!(!text.contains(gone), "{gone} is still there");
    }
    for stays in ["70-year-old", "BP 128/76, HR 72", "Foley catheter", "Metoprolol 25 mg"] {
        assert!(text.contains(stays), "{stays} is gone");
    }
}

#[test]
fn a_subject_keeps_its_days_and_names_and_an_interval_stays() {
    let bench = Bench::new();
    let text = "Maria Lindqvist came on 06/02/2021.\n\nLindqvist came again on 06/12/2021.\n";
    bench.write("note.txt", text);
    let scrub = || {
        let done = bench.run(&[
            "text",
            "scrub",
            "note.txt",
            "--key-file",
            "k.key",
            "--subject",
            "4471920",
            "--json",
        ]);
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        json(&done)
    };
    let (once, again) = (scrub(), scrub());
    assert_eq!(once["text"], again["text"]);
    let items = once["items"].as_array().unwrap();
    let of = |kind: &str| -> Vec<String> {
        let own = items.iter().filter(|i| i["type"] == kind);
        own.map(|i| i["replacement"].as_str().unwrap().to_owned()).collect()
    };
    let dates: Vec<jiff::civil::Date> = of("date")
        .iter()
        .map(|d| jiff::civil::Date::strptime("%m/%d/%Y", d).expect("its own format"))
        .collect();
    assert_eq!(dates.len(), 2, "{once}");
    assert_eq!(dates[0].until(dates[1]).unwrap().get_days(), 10);
    // Offsets are code points of the source.
    for item in items {
        let (start, end) = (item["start"].as_u64().unwrap(), item["end"].as_u64().unwrap());
        assert!(start < end && end as usize <= text.chars().count());
    }
}

#[test]
fn many_texts_are_searched_in_their_order_with_the_offsets_asked_for() {
    let bench = Bench::new();
    let text = "é😀 Dr. Maria Lindqvist, MRN 4471920";
    let lines: String =
        (0..1200).map(|n| format!("{}\n", serde_json::json!({ "id": n, "text": text }))).collect();
    bench.write("texts.jsonl", lines);
    let at = |offsets: &str| {
        let done = bench.run(&["text", "find", "texts.jsonl", "--jsonl", "--offsets", offsets]);
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        let text = String::from_utf8(done.stdout).unwrap();
        let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert!(lines.iter().enumerate().all(|(n, l)| l["id"] == n));
        assert_eq!(lines.len(), 1200);
        let spans = lines[7]["spans"].as_array().unwrap();
        let name = spans.iter().find(|s| s["type"] == "doctor").expect("a name").clone();
        (name["start"].as_u64().unwrap() as usize, name["end"].as_u64().unwrap() as usize)
    };
    let name = "Maria Lindqvist";
    let byte = text.find(name).unwrap();
    assert_eq!(at("bytes"), (byte, byte + name.len()));
    let points = text[..byte].chars().count();
    assert_eq!(at("codepoints"), (points, points + name.len()));
    let units = text[..byte].encode_utf16().count();
    assert_eq!(at("utf16"), (units, units + name.len()));
}

#[test]
fn findings_are_explained() {
    let bench = Bench::new();
    bench.write("texts.jsonl", "{\"id\":\"a\",\"text\":\"Seen by Dr. Maria Lindqvist today.\"}\n");
    let done = bench.run(&["text", "find", "texts.jsonl", "--jsonl", "--explain"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let line = json(&done);
    let why = &line["explanation"]["findings"][0];
    assert_eq!(why["start"], line["spans"][0]["start"]);
    assert!(why["heard"].as_array().unwrap().len() > 1, "rules and tagger both spoke: {why}");
    assert!(why["decided"].is_string());
}

#[test]
fn presets_and_tiers_do_what_they_say() {
    let bench = Bench::new();
    let text = "Plan: discuss with Castillo, and call Bren at the shop on Tuesday.";
    bench.write("t.jsonl", format!("{}\n", serde_json::json!({ "id": 1, "text": text })));
    let found = |options: &[&str]| {
        let done = bench.run(&[&["text", "find", "t.jsonl", "--jsonl"], options].concat());
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        json(&done)["spans"].as_array().unwrap().len()
    };
    let (recall, utility) = (found(&["--preset", "recall"]), found(&["--preset", "utility"]));
    assert!(recall >= utility);
    assert!(found(&["--tier", "rules"]) <= recall);
    assert!(found(&["--lang", "en"]) > 0, "a name before a plan");
}

#[test]
fn what_cannot_be_done_is_refused() {
    let bench = Bench::new();
    bench.write("bad.jsonl", "{\"id\":1,\"text\":\"fine\"}\n{\"id\":2}\n");
    bench.write("latin.txt", b"caf\xe9");
    bench.write("wide.txt", b"D\0r\0.\0 \0R\0o\0e\0");
    bench.write(
        "keyed.toml",
        "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n[text]\nnames = \"surrogate\"\n",
    );
    bench.write(
        "broken.toml",
        "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n[text]\nnames = \"redact\"\nnumbers = \"redact\"\n\
         [[text.recognizer]]\nname = \"study\"\nentity = \"other-id\"\npatterns = [{ regex = '(' }]\n",
    );
    let check = |arguments: &[&str], expect: i32, says: &str| {
        let done = bench.run(arguments);
        assert_eq!(code(&done), expect, "{}", stderr(&done));
        assert!(stderr(&done).contains(says), "{}", stderr(&done));
    };
    check(&["text", "find", "bad.jsonl", "--jsonl"], 2, "line 2");
    check(&["text", "scrub", "latin.txt"], 2, "byte 3");
    check(&["text", "scrub", "wide.txt"], 2, "iconv");
    check(&["text", "scrub", "wide.txt", "--json"], 2, "iconv");
    check(&["text", "scrub", "latin.txt", "--policy", "keyed.toml"], 2, "--key-file");
    check(&["text", "scrub", "latin.txt", "--policy", "broken.toml"], 3, "pattern 1");
    check(&["policy", "check", "broken.toml"], 3, "text.recognizer.patterns");
    check(&["text", "scrub", "latin.txt", "--explain"], 2, "--json");
    check(&["text", "scrub", "nowhere.txt"], 1, "cannot be read");
}

#[test]
fn what_still_looks_like_an_identifier_is_listed() {
    let bench = Bench::new();
    bench.write(
        "policy.toml",
        "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n[text]\nnames = \"redact\"\nnumbers = \"redact\"\n\
         allow = [\"415-555-0134\"]\n",
    );
    bench.write("note.txt", "Émilie called 415-555-0134; write to q@roe.example.\n");
    let done = bench.run(&["text", "scrub", "note.txt", "--policy", "policy.toml", "--json"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let line = json(&done);
    let text: Vec<char> = line["text"].as_str().unwrap().chars().collect();
    let residual = line["residual"].as_array().unwrap();
    assert_eq!(residual.len(), 1, "{line}");
    let place = |key: &str| residual[0][key].as_u64().unwrap() as usize;
    let value: String = text[place("start")..place("end")].iter().collect();
    assert_eq!((value.as_str(), residual[0]["type"].as_str()), ("415-555-0134", Some("phone")));
}

#[test]
fn tags_are_numbered_and_values_masked_as_the_policy_says() {
    let bench = Bench::new();
    let scrubbed = |keys: &str| {
        let head = "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n[text]\n";
        bench.write("policy.toml", format!("{head}{keys}\n"));
        bench.write(
            "note.txt",
            "Patient: Quillon Brastow\n\nMr. Brastow was seen by Dr. Maria Lindqvist. Dr. Lindqvist calls 415-555-0134.\n",
        );
        let done = bench.run(&["text", "scrub", "note.txt", "--policy", "policy.toml"]);
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        String::from_utf8(done.stdout).unwrap()
    };
    assert_eq!(
        scrubbed("names = \"redact\"\nnumbers = \"redact\"\nnumbered = true"),
        "Patient: [NAME 1]\n\nMr. [NAME 1] was seen by Dr. [NAME 2]. Dr. [NAME 2] calls [PHONE 1].\n"
    );
    assert_eq!(
        scrubbed("names = \"mask\"\nnumbers = \"mask\""),
        "Patient: XXXXXXX XXXXXXX\n\nMr. XXXXXXX was seen by Dr. XXXXX XXXXXXXXX. Dr. XXXXXXXXX calls XXX-XXX-XXXX.\n"
    );
}

#[test]
fn a_site_brings_its_recognizers() {
    let bench = Bench::new();
    bench.write(
        "policy.toml",
        "schema = 1\nname = \"t\"\nprofile = \"research-linked\"\n[text]\nnames = \"redact\"\nnumbers = \"redact\"\n\
         [[text.recognizer]]\nname = \"trial\"\nentity = \"other-id\"\ntexts = [\"Blue Heron\"]\n\
         patterns = [{ regex = '\\bzz-[a-z]{4}\\b', score = 0.9 }]\n",
    );
    bench.write("note.txt", "In zz-abcd, the blue heron arm, pain was less.\n");
    let done = bench.run(&["text", "scrub", "note.txt", "--policy", "policy.toml"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(!text.contains("zz-abcd") && !text.contains("heron"), "{text}");
    assert!(text.contains("pain was less"), "{text}");
}

#[test]
fn a_long_text_is_scrubbed_in_bounded_memory() {
    let bench = Bench::new();
    // 12 MB in one line.
    let piece = "Dr. Maria Lindqvist wrote that the knee is stable and that pain is less. ";
    let pieces = (12 << 20) / piece.len();
    bench.write("long.txt", piece.repeat(pieces));
    let (done, peak) = bench.measured(&["text", "scrub", "long.txt", "--tier", "rules"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(!text.contains("Lindqvist"));
    assert_eq!(text.matches("knee is stable").count(), pieces);
    assert!(peak.is_none_or(|peak| peak < 150 << 20), "{peak:?} bytes");
}

#[test]
fn documents_are_scrubbed_as_their_text() {
    let bench = Bench::new();
    let page = "<html><head><title>Lindqvist</title></head><body><!-- Lindqvist -->\
        <p>Patient: Maria Lindqvist<br>MRN: 4471920</p><p>Foley catheter removed.</p></body></html>";
    bench.write("letter.html", page);
    bench.write(
        "letter.rtf",
        "{\\rtf1 Patient: Maria Lindqvist\\par MRN: 4471920\\par Foley catheter removed.}",
    );
    bench.write(
        "letter.md",
        "# Letter\n\n**Patient:** Maria Lindqvist\n\nMRN: 4471920\n\nFoley catheter removed.\n",
    );
    for name in ["letter.html", "letter.rtf", "letter.md"] {
        let done = bench.run(&["text", "scrub", name]);
        assert_eq!(code(&done), 0, "{name}: {}", stderr(&done));
        let text = String::from_utf8(done.stdout).unwrap();
        assert!(!text.contains("Lindqvist") && !text.contains("4471920"), "{name}: {text}");
        assert!(text.contains("Foley catheter removed."), "{name}: {text}");
        assert!(!text.contains(['<', '\\', '*']), "{name}: {text}");
    }
    let done = bench.run(&["text", "scrub", "letter.html", "--json"]);
    let read = json(&done);
    assert_eq!(read["format"], "html");
    assert_eq!(read["left_out"]["comment"], 1, "{read}");
    assert!(stderr(&bench.run(&["text", "scrub", "letter.html"])).contains("1 comment"));
}

#[test]
fn what_is_no_readable_document_is_refused_without_output() {
    let bench = Bench::new();
    bench.write("broken.pdf", "%PDF-1.7\nno more than that\n");
    bench.write("other.pdf", "a note about Maria Lindqvist");
    bench.write("half.rtf", "{\\rtf1 Maria Lindqvist");
    for name in ["broken.pdf", "other.pdf", "half.rtf"] {
        let done = bench.run(&["text", "scrub", name]);
        assert_eq!(code(&done), 2, "{name}: {}", stderr(&done));
        assert!(done.stdout.is_empty());
        assert!(!stderr(&done).contains("Lindqvist"));
    }
}

#[test]
fn a_folder_becomes_lines_or_a_corpus_that_eval_reads() {
    let bench = Bench::new();
    bench.write("notes/a.txt", NOTE);
    bench.write("notes/ward/b.html", "<html><p>Seen by Dr. Maria Lindqvist on 3/4/2015.</html>");
    let done = bench.run(&["text", "find", "notes"]);
    assert_eq!(code(&done), 0, "{}", stderr(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    let ids: Vec<Value> =
        text.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()["id"].clone()).collect();
    assert_eq!(ids, ["a", "ward/b"]);
    for form in ["i2b2", "brat"] {
        let done = bench.run(&["text", "find", "notes", "--to", form, "--out", form]);
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        let again = bench.run(&["text", "find", "notes", "--to", form, "--out", form]);
        assert_eq!(code(&again), 2, "a folder that holds marks is not written into");
    }
    for (gold, found) in [("brat", "i2b2"), ("i2b2", "brat"), ("brat", "brat")] {
        let done = bench.run(&["text", "eval", gold, found, "--json"]);
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        let score = json(&done);
        assert_eq!(score["documents"], 2);
        assert_eq!(score["entities"]["strict"]["f1"]["value"], 1.0, "{gold} {found}: {score}");
    }
}

#[test]
fn a_policy_says_how_texts_are_searched_and_options_say_otherwise() {
    let bench = Bench::new();
    let policy = |tier: &str| {
        format!(
            "schema = 1\nname = \"t\"\nprofile = \"hipaa-safe-harbor\"\n[text]\nnames = \"redact\"\nnumbers = \"redact\"\ntier = \"{tier}\"\n"
        )
    };
    bench.write("rules.toml", policy("rules"));
    bench.write("default.toml", policy("default"));
    bench.write(
        "t.jsonl",
        "{\"id\":\"a\",\"text\":\"Seen by Dr. Maria Lindqvist at Northfield Clinic.\"}\n",
    );
    let tagged = |options: &[&str]| {
        let base = ["text", "find", "--jsonl", "t.jsonl", "--explain"];
        let done = bench.run(&[&base[..], options].concat());
        assert_eq!(code(&done), 0, "{}", stderr(&done));
        String::from_utf8(done.stdout).unwrap().contains("\"tagger\"")
    };
    assert!(tagged(&["--policy", "default.toml"]));
    assert!(!tagged(&["--policy", "rules.toml"]));
    assert!(tagged(&["--policy", "rules.toml", "--tier", "default"]));
    assert!(!tagged(&["--policy", "default.toml", "--tier", "rules"]));
}

#[test]
fn a_pattern_that_costs_too_much_stops_the_text() {
    let bench = Bench::new();
    bench.write(
        "p.toml",
        "schema = 1\nname = \"t\"\nprofile = \"hipaa-safe-harbor\"\n[text]\nnames = \"redact\"\nnumbers = \"redact\"\n\
         [[text.recognizer]]\nname = \"slow\"\nentity = \"other-id\"\npatterns = [{ regex = '(a+)+(?=b)c' }]\n",
    );
    bench.write("note.txt", "a".repeat(4000));
    let done = bench.run(&["text", "scrub", "note.txt", "--policy", "p.toml"]);
    assert_eq!(code(&done), 2, "{}", stderr(&done));
    assert!(done.stdout.is_empty() && stderr(&done).contains("recognizer `slow`"));
}
