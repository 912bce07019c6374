//! Micro-aggregation: one value that stands for those of a class (Domingo-Ferrer & Mateo-Sanz, *Practical
//! data-oriented microaggregation for statistical disclosure control*, TKDE 2002). All rows of a class get
//! the same, so a class is as large as before.

use anonymed_anonymize::SUPPRESSED;
use anonymed_core::ModalityError;
use anonymed_core::policy::Aggregate;

use super::coded::{BoundColumn, CodedColumn};

/// What each class writes in a column.
///
/// # Errors
///
/// [`ModalityError::Policy`] where the values of a mean or median are no numbers.
pub(super) fn labels(
    column: &BoundColumn,
    aggregate: Aggregate,
    coded: &CodedColumn,
    (class_of_row, classes): (&[u32], usize),
) -> Result<Vec<String>, ModalityError> {
    let texts = coded.texts.texts();
    let stated: Vec<bool> = texts.iter().map(|text| !column.is_blank(text)).collect();
    // (class, code) of every stated cell, so that a class is a run.
    let mut cells: Vec<(u32, u32)> = class_of_row
        .iter()
        .zip(coded.codes.iter())
        .map(|(class, code)| (*class, code as u32))
        .filter(|(class, code)| *class != SUPPRESSED && stated[*code as usize])
        .collect();
    cells.sort_unstable();
    let mut labels = vec![String::new(); classes];
    if aggregate == Aggregate::Mode {
        for of_class in cells.chunk_by(|a, b| a.0 == b.0) {
            labels[of_class[0].0 as usize] = texts[most_frequent(of_class, &texts)].to_owned();
        }
        return Ok(labels);
    }
    let numbers = numbers(column, aggregate, &texts, &stated)?;
    let digits = texts.iter().map(|text| decimals(text)).max().unwrap_or(0) + 1;
    for of_class in cells.chunk_by(|a, b| a.0 == b.0) {
        let values: Vec<f64> = of_class.iter().map(|cell| numbers[cell.1 as usize]).collect();
        labels[of_class[0].0 as usize] = written(middle(aggregate, values), digits);
    }
    Ok(labels)
}

/// The code met most often; of several the first by its text.
fn most_frequent(of_class: &[(u32, u32)], texts: &[&str]) -> usize {
    let runs = of_class.chunk_by(|a, b| a.1 == b.1);
    let best = runs.max_by(|a, b| {
        a.len().cmp(&b.len()).then_with(|| texts[b[0].1 as usize].cmp(texts[a[0].1 as usize]))
    });
    best.map_or(0, |run| run[0].1 as usize)
}

fn numbers(
    column: &BoundColumn,
    aggregate: Aggregate,
    texts: &[&str],
    stated: &[bool],
) -> Result<Vec<f64>, ModalityError> {
    let least = if aggregate == Aggregate::GeometricMean { f64::MIN_POSITIVE } else { f64::MIN };
    let number = |(text, stated): (&&str, &bool)| match stated {
        false => Some(f64::NAN),
        true => text.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= least),
    };
    texts.iter().zip(stated).map(number).collect::<Option<_>>().ok_or_else(|| {
        ModalityError::Policy(format!(
            "column `{}` has values that have no {}; take \"mode\"",
            column.name,
            aggregate.as_str()
        ))
    })
}

fn middle(aggregate: Aggregate, mut values: Vec<f64>) -> f64 {
    // In one order, whatever the order of the rows.
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    match aggregate {
        Aggregate::GeometricMean => (values.iter().map(|v| v.ln()).sum::<f64>() / count).exp(),
        Aggregate::Median => {
            let half = values.len() / 2;
            if values.len() % 2 == 1 {
                values[half]
            } else {
                values[half - 1].midpoint(values[half])
            }
        }
        Aggregate::Mean | Aggregate::Mode => values.iter().sum::<f64>() / count,
    }
}

/// Digits behind the point.
fn decimals(text: &str) -> usize {
    let digits = text.trim().split_once('.').map_or("", |(_, digits)| digits);
    digits.bytes().take_while(u8::is_ascii_digit).count().min(15)
}

/// A number with so many decimals at most.
fn written(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_the_middle() {
        let check = |aggregate, values: &[f64], expect: &str| {
            assert_eq!(written(middle(aggregate, values.to_vec()), 1), expect);
        };
        check(Aggregate::Mean, &[1.0, 2.0, 6.0], "3");
        check(Aggregate::Mean, &[1.0, 2.0], "1.5");
        check(Aggregate::Median, &[9.0, 1.0, 2.0], "2");
        check(Aggregate::Median, &[4.0, 1.0, 2.0, 9.0], "3");
        check(Aggregate::GeometricMean, &[1.0, 100.0], "10");
        check(Aggregate::Mean, &[-0.01, 0.0], "0");
    }

    #[test]
    fn the_most_frequent_value_is_first_by_its_text_among_equals() {
        let texts = ["b", "a", "c"];
        assert_eq!(most_frequent(&[(0, 0), (0, 1), (0, 2), (0, 2)], &texts), 2);
        assert_eq!(most_frequent(&[(0, 0), (0, 1)], &texts), 1);
    }

    #[test]
    fn decimals_are_those_of_the_data() {
        assert_eq!([decimals("1"), decimals("1.25"), decimals("x.y")], [0, 2, 0]);
    }
}
