//! What every page has to be, over releases with hostile labels, rare values and people of several rows.

use std::path::{Path, PathBuf};

use anonymed_assess::{CodedColumn, CodedTable, Marginal};
use anonymed_core::AttributeRole::Quasi;
use anonymed_core::CancelToken;

use super::spread::bins;
use super::{Drawing, PageRequest, page, writable, write};
use crate::single::{Places, anonymize};
use crate::table_input::TableInput;

const SCRIPT: &str = "<script>alert(1)</script>";

/// A folder with a raw table of 600 rows, two of them of an age nobody else has, three of a place nobody else
/// has; each three rows are of one person.
struct Made(tempfile::TempDir);

impl Made {
    fn new(config: &str) -> Self {
        let made = Self(tempfile::tempdir().unwrap());
        let mut raw = "person,age,sex,place,seen,dx\n".to_owned();
        for n in 0..600u32 {
            let age = if n < 2 { 107 } else { 20 + n * 7 % 60 };
            let place = match n {
                0..3 => "Rareville",
                n if n % 10 < 5 => SCRIPT,
                n if n % 10 < 8 => "Ulm & \"Bonn\"",
                _ => "Köln",
            };
            let sex = if n % 2 == 0 { "F" } else { "M" };
            let (year, month) = (2018 + n % 4, 1 + n % 12);
            let place = place.replace('"', "\"\"");
            let person = n / 3;
            raw.push_str(&format!(
                "p{person},{age},{sex},\"{place}\",{year}-{month:02}-15,d{}\n",
                n % 5
            ));
        }
        fs_err::write(made.at("raw.csv"), raw).unwrap();
        fs_err::write(made.at("table.toml"), config).unwrap();
        made
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Anonymizes and returns the page that comes with it.
    fn release(&self, drawing: Drawing) -> String {
        let (input, output) = (self.at("raw.csv"), self.at("out.csv"));
        let (config, place) = (self.at("table.toml"), self.at("page.html"));
        let page = Some((place.as_path(), drawing));
        let places = Places { input: &input, sheet: None, output: &output, config: &config, page };
        anonymize(places, None, &(), &CancelToken::default()).unwrap();
        fs_err::read_to_string(place).unwrap()
    }

    /// The page of the release that is there.
    fn page(&self, drawing: Drawing) -> String {
        let (raw, released) = (self.at("raw.csv"), self.at("out.csv"));
        let config = self.at("table.toml");
        let raw = TableInput { path: &raw, sheet: None };
        let request = PageRequest { raw, released: &released, config: &config, drawing };
        page(request, &CancelToken::default()).unwrap()
    }
}

const CONFIG: &str = r#"
[columns]
age = "quasi"
sex = "quasi"
place = "quasi"
seen = "quasi"
dx = "sensitive"
[[model]]
k = 5
[[model]]
l = 2
on = "dx"
"#;

/// The texts of a figure's table, row by row, without the heads.
fn cells(html: &str, figure: &str) -> Vec<Vec<String>> {
    let start = html.find(&format!("id=\"{figure}\"")).unwrap_or_else(|| panic!("no {figure}"));
    let of = &html[start..];
    let body = &of[of.find("<tbody>").unwrap()..of.find("</tbody>").unwrap()];
    let cell = |part: &str| {
        let (_, rest) = part.split_once('>')?;
        Some(rest.split('<').next().unwrap_or_default().to_owned())
    };
    body.split("<tr>")
        .skip(1)
        .map(|row| row.replace("<td", "<th").split("<th").skip(1).filter_map(cell).collect())
        .collect()
}

fn count(text: &str) -> Option<u64> {
    text.replace(',', "").parse().ok()
}

/// Elements of a piece of XML, with every one that is opened closed again.
fn elements(xml: &str) -> usize {
    let mut open: Vec<&str> = Vec::new();
    let mut seen = 0;
    for part in xml.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        assert!(!text.contains('>'), "{text}");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None => {
                let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
                assert_eq!(attributes.matches('"').count() % 2, 0, "{tag}");
                assert_eq!(attributes.matches('"').count() / 2, attributes.matches("=\"").count());
                open.push(name);
                seen += 1;
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
    seen
}

#[test]
fn every_picture_is_well_formed_and_has_a_table() {
    let html = Made::new(CONFIG).release(Drawing { curve: true, ..Drawing::default() });
    let pictures: Vec<&str> =
        html.split("<svg").skip(1).map(|rest| rest.split_once("</svg>").unwrap().0).collect();
    assert!(pictures.len() > 20, "{}", pictures.len());
    for picture in &pictures {
        assert!(elements(&format!("<svg{picture}</svg>")) >= 1);
        let tag = picture.split_once('>').unwrap().0;
        assert!(tag.contains("aria-label") || tag.contains("aria-hidden"), "{tag}");
    }
    for figure in ["k-classes", "k-risks", "contribution", "partition", "spread-3", "curve"] {
        assert!(!cells(&html, figure).is_empty(), "{figure}");
        let of = &html[html.find(&format!("id=\"{figure}\"")).unwrap()..];
        let heads = of.split("</thead>").next().unwrap().matches("<th ").count();
        assert!(cells(&html, figure).iter().all(|row| row.len() == heads), "{figure}");
    }
    assert_eq!(html.matches("<figure").count(), html.matches("<table").count() - 1);
    for outside in ["http:", "https:", "<script", "<img", "NaN", " src="] {
        assert!(!html.contains(outside), "{outside}");
    }
}

#[test]
fn labels_are_escaped_and_rare_values_are_not_told() {
    let made = Made::new(CONFIG);
    for html in [made.release(Drawing::default()), made.page(Drawing::default())] {
        assert!(
            html.contains("&lt;script&gt;alert(1)") && html.contains("Ulm &amp; &quot;Bonn&quot;")
        );
        let distributions = &html[html.find("id=\"distributions\"").unwrap()..];
        assert!(!distributions.contains("Rareville") && !distributions.contains("107"));
        let places: Vec<String> =
            cells(&html, "spread-2").into_iter().map(|row| row[0].clone()).collect();
        // Three of Rareville would be told by subtraction: the rarest of the others joins them.
        assert_eq!(places.len(), 3, "{places:?}");
        assert_eq!(places[2], "(all others)");
    }
}

#[test]
fn no_small_count_is_told_and_the_rest_add_up() {
    let made = Made::new(CONFIG);
    let html = made.release(Drawing::default());
    for (figure, column) in [("k-classes", 1), ("k-classes", 2), ("partition", 2)] {
        for row in cells(&html, figure) {
            let told = count(&row[column]);
            assert!(told.is_none_or(|n| n == 0 || n >= 11), "{figure}: {row:?}");
        }
    }
    let exact = made.page(Drawing { min_cell: 1, ..Drawing::default() });
    let people: u64 = cells(&exact, "k-classes").iter().filter_map(|row| count(&row[2])).sum();
    let released = fs_err::read_to_string(made.at("out.csv")).unwrap().lines().count() as u64 - 1;
    assert_eq!(people, released);
    let share = |text: &str| {
        let digits = text.trim_start_matches("about ").trim_end_matches('%');
        digits.parse::<f64>().unwrap_or(0.0)
    };
    for (figure, columns) in [("k-risks", 2..3), ("spread-0", 1..3), ("spread-3", 1..3)] {
        for column in columns {
            let sum: f64 = cells(&html, figure).iter().map(|row| share(&row[column])).sum();
            // Each of a dozen parts is rounded to eleven people or a hundredth.
            assert!((sum - 100.0).abs() < 12.0, "{figure} {column}: {sum}");
            let sum: f64 = cells(&exact, figure).iter().map(|row| share(&row[column])).sum();
            assert!((sum - 100.0).abs() < 0.8, "{figure} {column}: {sum}");
        }
    }
}

#[test]
fn a_page_is_the_same_whoever_makes_it_and_when() {
    let made = Made::new(CONFIG);
    let told = |html: &str| {
        ["k-classes", "k-risks", "contribution", "partition", "spread-0", "spread-2"]
            .map(|figure| cells(html, figure))
    };
    let first = made.release(Drawing::default());
    let again = made.page(Drawing::default());
    assert_eq!(told(&first), told(&again));
    assert_eq!(again, made.page(Drawing::default()));
    assert!(first.contains("All 2 privacy models that were asked for hold."));
    assert!(again.contains("All 2 privacy models that were asked for hold."));
}

#[test]
fn people_are_counted_where_a_column_tells_them_apart() {
    let made = Made::new(&format!("subject = \"person\"\n{CONFIG}"));
    let first = made.release(Drawing { min_cell: 1, ..Drawing::default() });
    let again = made.page(Drawing { min_cell: 1, ..Drawing::default() });
    for html in [&first, &again] {
        assert!(html.contains("People are told apart by the subject column"));
        assert!(!html.contains(">p17<"));
    }
    assert_eq!(cells(&first, "k-classes"), cells(&again, "k-classes"));
}

#[test]
fn joint_scope_has_no_curve_and_says_so() {
    let made = Made::new(&format!("subject = \"person\"\nscope = \"joint\"\n{CONFIG}"));
    let html = made.release(Drawing { curve: true, ..Drawing::default() });
    assert!(html.contains("this release has joint scope") && !html.contains("id=\"curve\""));
    assert!(html.contains("joint-k"));
}

#[test]
fn a_release_that_does_not_hold_says_so() {
    let made = Made::new(CONFIG);
    fs_err::copy(made.at("raw.csv"), made.at("out.csv")).unwrap();
    let html = made.page(Drawing::default());
    assert!(html.contains("privacy models that were asked for do not hold"));
    let below = cells(&html, "k-classes").remove(0);
    assert_eq!(below[0], "1 to 4");
}

#[test]
fn lines_that_stand_for_several_rows_count_as_such() {
    let made = Made::new(&format!("{CONFIG}\n[output]\nform = \"aggregated\"\n"));
    let exact = Drawing { min_cell: 1, ..Drawing::default() };
    let first = made.release(exact);
    assert_eq!(cells(&first, "k-classes"), cells(&made.page(exact), "k-classes"));
    let people: u64 = cells(&first, "k-classes").iter().filter_map(|row| count(&row[2])).sum();
    assert!(people > 500, "{people}");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let made = Made::new(CONFIG);
    made.release(Drawing::default());
    let (raw, released, config) = (made.at("raw.csv"), made.at("out.csv"), made.at("table.toml"));
    let ask = |released: &Path, drawing| {
        let raw = TableInput { path: &raw, sheet: None };
        let request = PageRequest { raw, released, config: &config, drawing };
        page(request, &CancelToken::default()).unwrap_err().to_string()
    };
    let usual = Drawing::default();
    assert!(ask(&released, Drawing { min_cell: 0, ..usual }).contains("--min-cell"));
    assert!(ask(&released, Drawing { threshold: f64::NAN, ..usual }).contains("--threshold"));
    assert!(ask(&made.at("out.xlsx"), usual).contains("*.parquet"));
    assert!(writable(&released).is_err() && write(&released, "").is_err());
    assert!(fs_err::read_to_string(&released).unwrap().starts_with("age,"));
}

/// The bins of a column of texts, each of so many people with one row.
fn binned(values: &[(&str, usize)], min_cell: u64) -> Vec<(String, usize)> {
    let texts: Vec<String> = values.iter().map(|(text, _)| (*text).to_owned()).collect();
    let codes: Vec<u32> = (0u32..)
        .zip(values)
        .flat_map(|(code, (_, rows))| std::iter::repeat_n(code, *rows))
        .collect();
    let rows = codes.len();
    let column = CodedColumn::new("c", Quasi, texts, codes).unwrap();
    let table = CodedTable::new(vec![column.clone()], None, rows).unwrap();
    let marginal = Marginal::of(&table, &table, "c").unwrap();
    let rows_of = |codes: &[u32]| codes.iter().map(|code| values[*code as usize].1).sum();
    let found = bins(&column, &marginal, min_cell);
    found.into_iter().map(|bin| (bin.label, rows_of(&bin.codes))).collect()
}

#[test]
fn bins_hold_many_people_or_all() {
    let check = |values: &[(&str, usize)], expect: &[(&str, usize)]| {
        let found = binned(values, 11);
        let found: Vec<(&str, usize)> = found.iter().map(|(text, n)| (text.as_str(), *n)).collect();
        assert_eq!(found, expect);
    };
    check(&[("F", 40), ("M", 30)], &[("F", 40), ("M", 30)]);
    // By size, not by frequency, where values have one.
    check(
        &[("[70-80)", 40), ("[8-9)", 20), ("[60-70)", 50)],
        &[("[8-9)", 20), ("[60-70)", 50), ("[70-80)", 40)],
    );
    // What few have takes the least of the others with it.
    check(&[("a", 40), ("b", 30), ("c", 3)], &[("a", 40), ("(all others)", 33)]);
    check(
        &[("a", 40), ("b", 30), ("c", 6), ("d", 5)],
        &[("a", 40), ("b", 30), ("(all others)", 11)],
    );
    check(&[("a", 4), ("b", 3)], &[("(all others)", 7)]);
    check(&[("a", 20), ("", 12)], &[("a", 20), ("(no value)", 12)]);
    check(&[("a", 20), ("", 2)], &[("(all others)", 22)]);
    check(&[], &[]);
}

#[test]
fn many_numbers_are_told_by_round_intervals() {
    let texts: Vec<String> = (0..100).map(|n| (18 + n % 60).to_string()).collect();
    let mut values: Vec<(&str, usize)> =
        texts[..60].iter().map(|text| (text.as_str(), 5)).collect();
    values.push(("113", 1));
    let found = binned(&values, 11);
    assert_eq!(found.iter().map(|bin| bin.1).sum::<usize>(), 301);
    assert!(found.iter().all(|(text, rows)| *rows >= 11 && !text.contains("113")), "{found:?}");
    assert_eq!(found[0].0, "below 30", "of 18 and 19 there are too few");
    assert_eq!(found[1].0, "30 to 39");
    assert_eq!(found.last().unwrap().0, "70 and above");
    let dates: Vec<String> =
        (1..=28).map(|day| format!("2021-{:02}-{day:02}", 1 + day % 12)).collect();
    let values: Vec<(&str, usize)> = dates.iter().map(|text| (text.as_str(), 6)).collect();
    let found = binned(&values, 11);
    assert!(
        found
            .iter()
            .any(|bin| bin.0 == "2021-03 to below 2021-05" || bin.0 == "2021-02 to below 2021-03"),
        "{found:?}"
    );
}
