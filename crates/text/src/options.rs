//! How a text is searched: how much may be missed for how much that is harmless, with which
//! detectors, in which language.

use std::sync::LazyLock;

use anonymed_core::EntityType;

use crate::language::Language;
use crate::lexicon::rows;

/// What weighs more: what is missed or what is taken without need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// Misses least: for what leaves the house.
    Recall,
    /// Between the two.
    #[default]
    Balanced,
    /// Takes least that is harmless: for what people read on.
    Utility,
}

/// Which detectors work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tier {
    /// Fields, recognizers and lists.
    Rules,
    /// These and the trained tagger.
    #[default]
    Default,
}

/// How a text is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// What weighs more.
    pub preset: Preset,
    /// Which detectors work.
    pub tier: Tier,
    /// The language of the texts; found out for each text where it is not said.
    pub language: Option<Language>,
}

/// The least score of the tagger in a language it has no training texts of: there it takes nouns
/// with capitals for names.
const UNTRAINED: f32 = 0.75;

impl Options {
    /// The least score at which a finding counts.
    pub(crate) fn threshold(&self, entity: EntityType) -> f32 {
        let row = &THRESHOLDS[entity as usize];
        match self.preset {
            Preset::Recall => row[0],
            Preset::Balanced => row[1],
            Preset::Utility => row[2],
        }
    }

    /// The same for what the tagger found in a text of this language.
    pub(crate) fn threshold_of_tagger(&self, entity: EntityType, language: Language) -> f32 {
        let least = self.threshold(entity);
        match (language.is_trained(), self.preset) {
            (true, _) | (_, Preset::Recall) => least,
            _ => least.max(UNTRAINED),
        }
    }

    /// What the chance is multiplied with below which a finding of rules is given up.
    pub(crate) fn doubt(&self) -> f32 {
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
        let of = |preset| Options { preset, ..Options::default() }.threshold(EntityType::Person);
        assert!(of(Preset::Recall) < of(Preset::Balanced));
        assert!(of(Preset::Balanced) < of(Preset::Utility));
    }

    #[test]
    fn untrained_languages_ask_more_of_the_tagger() {
        let options = Options::default();
        let of = |language| options.threshold_of_tagger(EntityType::Person, language);
        assert!(of(Language::German) > of(Language::English));
    }
}
