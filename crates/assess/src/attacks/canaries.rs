//! Canaries: people who were made up and planted before the release are looked for in it.

use super::{Attack, AttackReport, share};
use crate::exposure::{AttackInput, Matcher};

/// Whoever planted a row of a person who does not exist knows all of it. It is found where the classes that
/// cover its quasi-identifiers hold fewer than k people (`below_k`; `unique` of one person alone); the
/// number is the share that is. `as_they_are` counts those of whom a row has the very texts, of the
/// quasi-identifiers and the sensitive cells: a class may need no generalising, and the row hides among k
/// people then. `unique_with_sensitive` counts those whose sensitive cells too fit one released row alone;
/// k-anonymity does not promise that there are none.
///
/// # Citation
///
/// Carlini et al., *The secret sharer*, USENIX Security 2019, for the use of canaries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Canaries;

impl Attack for Canaries {
    fn name(&self) -> &'static str {
        "canaries"
    }

    fn citation(&self) -> &'static str {
        "Carlini et al., The secret sharer, USENIX Security 2019 (canaries)"
    }

    fn run(&self, input: &AttackInput) -> Vec<AttackReport> {
        let Some(planted) = input.canaries.as_ref().filter(|planted| planted.rows() > 0) else {
            return vec![AttackReport::not_run(self, "no planted people were given")];
        };
        let release = &input.released;
        let matches = Matcher::new(&input.columns, release).matches(planted);
        let (mut unique, mut found, mut as_they_are, mut with_sensitive) = (0.0, 0.0, 0.0, 0.0);
        let mut classes_found = Vec::new();
        for row in 0..planted.rows() {
            let classes = matches.classes(row);
            let crowd = release.crowd_size(classes);
            let own: Vec<u32> = planted.sensitive.iter().map(|column| column[row]).collect();
            let fitting: Vec<usize> = (0..release.rows())
                .filter(|r| classes.binary_search(&release.class_of[*r]).is_ok())
                .filter(|r| {
                    release.sensitive.iter().zip(&own).all(|(column, code)| column[*r] == *code)
                })
                .collect();
            let values = planted.values(row);
            let is_same = |r: &usize| {
                let labels = &release.classes[release.class_of[*r] as usize];
                let columns = input.columns.iter().zip(labels.iter().zip(&values));
                columns.into_iter().all(|(column, (label, value))| column.is_same(*label, *value))
            };
            let is_found = crowd > 0 && crowd < input.k;
            unique += f64::from(u8::from(crowd == 1));
            as_they_are += f64::from(u8::from(fitting.iter().any(is_same)));
            with_sensitive += f64::from(u8::from(fitting.len() == 1));
            if is_found {
                found += 1.0;
                classes_found
                    .extend(classes.iter().map(|class| (*class, 1.0 / crowd.max(1) as f64)));
            }
        }
        classes_found.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        classes_found.dedup_by_key(|(class, _)| *class);
        let planted = planted.rows() as f64;
        let threshold = input.config.canaries_max_share;
        let report = AttackReport::made(self, share(found, planted), Some(threshold))
            .figure("planted", planted)
            .figure("unique", unique)
            .figure("below_k", found)
            .figure("as_they_are", as_they_are)
            .figure("unique_with_sensitive", with_sensitive)
            .worst(input, classes_found);
        vec![report]
    }
}
