//! What the presets ask of a finding: the least scores by type.

use std::sync::LazyLock;

use anonymed_core::EntityType;
use anonymed_core::policy::{Language, Preset, TextSearch};

use crate::language::is_trained;
use crate::lexicon::rows;

/// The least score of the tagger in a language it has no training texts of: there it takes nouns
/// with capitals for names.
const UNTRAINED: f32 = 0.75;

/// What a way to search asks of findings.
pub(crate) trait Asks {
    /// The least score at which a finding counts.
    fn threshold(&self, entity: EntityType) -> f32;
    /// The same for what the tagger found in a text of this language.
    fn threshold_of_tagger(&self, entity: EntityType, language: Language) -> f32;
    /// What the chance is multiplied with below which a finding of rules is given up.
    fn doubt(&self) -> f32;
}

impl Asks for TextSearch {
    fn threshold(&self, entity: EntityType) -> f32 {
        let row = &THRESHOLDS[entity as usize];
        match self.preset {
            Preset::Recall => row[0],
            Preset::Balanced => row[1],
            Preset::Utility => row[2],
        }
    }

    fn threshold_of_tagger(&self, entity: EntityType, language: Language) -> f32 {
        let least = self.threshold(entity);
        match (is_trained(language), self.preset) {
            (true, _) | (_, Preset::Recall) => least,
            _ => least.max(UNTRAINED),
        }
    }

    fn doubt(&self) -> f32 {
        match self.preset {
            Preset::Recall => 0.25,
            Preset::Balanced => 1.0,
            Preset::Utility => 2.0,
        }
    }
}

/// For each type the least scores of the three presets.
static THRESHOLDS: LazyLock<Vec<[f32; 3]>> = LazyLock::new(|| {
    let mut all = vec![[0.15, 0.35, 0.7]; EntityType::ALL.len()];
    for (name, scores) in
        rows(include_str!("../data/thresholds.csv")).skip(1).filter_map(|r| r.split_once(','))
    {
        let mut scores = scores.split(',').filter_map(|s| s.parse().ok());
        if let (Some(entity), Some(recall), Some(balanced), Some(utility)) =
            (EntityType::from_name(name), scores.next(), scores.next(), scores.next())
        {
            all[entity as usize] = [recall, balanced, utility];
        }
    }
    all
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_thresholds_is_read() {
        for row in rows(include_str!("../data/thresholds.csv")).skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let entity = EntityType::from_name(cells[0]).expect("a type");
            let scores: Vec<f32> = cells[1..].iter().map(|c| c.parse().unwrap()).collect();
            assert_eq!(THRESHOLDS[entity as usize].to_vec(), scores);
            assert!(scores[0] <= scores[1] && scores[1] <= scores[2], "{row}");
        }
    }

    #[test]
    fn presets_grow_stricter() {
        let of =
            |preset| TextSearch { preset, ..TextSearch::default() }.threshold(EntityType::Person);
        assert!(of(Preset::Recall) < of(Preset::Balanced));
        assert!(of(Preset::Balanced) < of(Preset::Utility));
    }

    #[test]
    fn untrained_languages_ask_more_of_the_tagger() {
        let options = TextSearch::default();
        let of = |language| options.threshold_of_tagger(EntityType::Person, language);
        assert!(of(Language::German) > of(Language::English));
    }
}
