//! A token classifier of the BERT family, from its folder.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use anonymed_core::{EntityTagger, EntityType, Finding, ScrubError};
use candle_core::D;
use candle_nn::{Linear, Module, linear};
use sha2::{Digest, Sha256};
use tokenizers::Tokenizer;

use crate::config::Config;
use crate::encoder::{Encoder, weights_of};
use crate::error::ModelError;
use crate::labels::{Label, labels};
use crate::spans::{Token, entities};
use crate::windows::{pieces, windows};

/// The files of a model and the most bytes of each.
const CONFIG: (&str, u64) = ("config.json", 4 << 20);
const TOKENIZER: (&str, u64) = ("tokenizer.json", 64 << 20);
const WEIGHTS: (&str, u64) = ("model.safetensors", 4 << 30);

/// Tokens that are read together at most; longer windows cost the square and say no more.
const WINDOW: usize = 512;

/// A model that finds entities.
pub struct BertTagger {
    tokenizer: Tokenizer,
    encoder: Encoder,
    classifier: Linear,
    labels: Vec<Option<Label>>,
    /// What the model puts before and behind a text.
    before: Vec<u32>,
    behind: Vec<u32>,
    /// Tokens of a text that fit in a window.
    room: usize,
}

impl std::fmt::Debug for BertTagger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BertTagger").field("labels", &self.labels).finish_non_exhaustive()
    }
}

impl BertTagger {
    /// Reads a model's folder. `own` says what labels mean that are not known here; nothing where what they
    /// mark is to be left.
    ///
    /// # Errors
    ///
    /// [`ModelError`] where a file is not there, broken, too long or of another kind of model.
    pub fn load(
        folder: &Path,
        own: &BTreeMap<String, Option<EntityType>>,
    ) -> Result<Self, ModelError> {
        let config = Config::read(&read(folder, CONFIG)?)?;
        let labels = labels(&config.labels, own)?;
        let tokenizer = tokenizer(&read(folder, TOKENIZER)?)?;
        let (before, behind) = around(&tokenizer)?;
        let weights = weights_of(&read(folder, WEIGHTS)?)
            .map_err(|e| ModelError::Broken { file: WEIGHTS.0, reason: first_line(&e) })?;
        let unfit = |e: candle_core::Error| ModelError::Weights(first_line(&e));
        let encoder = Encoder::new(&config, &weights).map_err(unfit)?;
        let classifier =
            linear(config.hidden, labels.len(), weights.pp("classifier")).map_err(unfit)?;
        if tokenizer.get_vocab_size(true) > config.vocabulary {
            return Err(ModelError::Weights("the tokenizer has more words than the model".into()));
        }
        let room = config.longest().min(WINDOW).saturating_sub(before.len() + behind.len());
        if room < 8 {
            return Err(ModelError::Weights("a window has no room for a text".into()));
        }
        Ok(Self { tokenizer, encoder, classifier, labels, before, behind, room })
    }

    /// Adds the entities of a piece that begins at `offset` of the text.
    fn piece(
        &self,
        text: &str,
        offset: usize,
        least: &dyn Fn(EntityType) -> f32,
        out: &mut Vec<Finding>,
    ) -> Result<(), ModelError> {
        let encoded = self.tokenizer.encode(text, false).map_err(|_| unread())?;
        let (ids, places) = (encoded.get_ids(), encoded.get_offsets());
        if ids.len() != places.len() {
            return Err(unread());
        }
        let mut tokens = Vec::with_capacity(ids.len());
        for window in windows(ids.len(), self.room) {
            let all = [&self.before, &ids[window.read.clone()], &self.behind].concat();
            let chances = self.chances(&all).map_err(|e| ModelError::Run(first_line(&e)))?;
            for at in window.counted {
                let row = self.before.len() + at - window.read.start;
                let span = on_borders(text, places[at]);
                tokens.push(Token { span, chances: chances.get(row).cloned().unwrap_or_default() });
            }
        }
        out.extend(entities(text, &tokens, &self.labels, least).into_iter().map(|mut found| {
            found.span = found.span.start + offset..found.span.end + offset;
            found
        }));
        Ok(())
    }

    /// For each token the chances of the labels.
    fn chances(&self, tokens: &[u32]) -> candle_core::Result<Vec<Vec<f32>>> {
        let rows = self.classifier.forward(&self.encoder.forward(tokens)?)?;
        candle_nn::ops::softmax(&rows, D::Minus1)?.to_vec2()
    }
}

impl EntityTagger for BertTagger {
    fn tag(
        &self,
        text: &str,
        least: &dyn Fn(EntityType) -> f32,
    ) -> Result<Vec<Finding>, ScrubError> {
        let mut found = Vec::new();
        for piece in pieces(text) {
            self.piece(&text[piece.clone()], piece.start, least, &mut found)
                .map_err(|e| ScrubError { reason: e.to_string() })?;
        }
        Ok(found)
    }
}

/// The SHA-256 of each file of a model's folder, by its name.
///
/// # Errors
///
/// Where one cannot be read or is too long.
pub fn checksums(folder: &Path) -> Result<BTreeMap<&'static str, String>, ModelError> {
    [CONFIG, TOKENIZER, WEIGHTS]
        .into_iter()
        .map(|file| {
            let mut hash = Sha256::new();
            let mut opened = open(folder, file)?;
            let mut buffer = vec![0; 1 << 20];
            let mut bytes = 0;
            loop {
                let got = opened.read(&mut buffer).map_err(unreadable(file.0))?;
                if got == 0 {
                    break;
                }
                hash.update(&buffer[..got]);
                bytes += got as u64;
            }
            refuse_longer(bytes, file)?;
            Ok((file.0, data_encoding::HEXLOWER.encode(&hash.finalize())))
        })
        .collect()
}

fn unread() -> ModelError {
    ModelError::Run("its tokenizer cannot read the text".to_owned())
}

/// A place that a tokenizer tells, on borders of characters.
fn on_borders(text: &str, (start, end): (usize, usize)) -> std::ops::Range<usize> {
    let mut start = start.min(text.len());
    let mut end = end.clamp(start, text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}

fn read(folder: &Path, file: (&'static str, u64)) -> Result<Vec<u8>, ModelError> {
    let mut bytes = Vec::new();
    open(folder, file)?.read_to_end(&mut bytes).map_err(unreadable(file.0))?;
    refuse_longer(bytes.len() as u64, file)?;
    Ok(bytes)
}

/// A file of which at most one byte more than it may have is read.
fn open(
    folder: &Path,
    (file, most): (&'static str, u64),
) -> Result<std::io::Take<fs_err::File>, ModelError> {
    Ok(fs_err::File::open(folder.join(file)).map_err(unreadable(file))?.take(most + 1))
}

fn refuse_longer(bytes: u64, (file, most): (&'static str, u64)) -> Result<(), ModelError> {
    if bytes > most { Err(ModelError::TooLong { file, most }) } else { Ok(()) }
}

fn unreadable(file: &'static str) -> impl Fn(std::io::Error) -> ModelError {
    move |e| ModelError::Unread { file, reason: e.kind().to_string() }
}

/// The tokenizer, without the cutting and filling that its maker may have left switched on.
fn tokenizer(bytes: &[u8]) -> Result<Tokenizer, ModelError> {
    let broken = |reason: &str| ModelError::Broken { file: TOKENIZER.0, reason: reason.to_owned() };
    let mut tokenizer = Tokenizer::from_bytes(bytes)
        .map_err(|_| broken("it is no tokenizer that is known here"))?;
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|_| broken("it cannot be kept from cutting"))?;
    Ok(tokenizer)
}

/// What the tokenizer puts before and behind a text: what it makes of a word with and without.
fn around(tokenizer: &Tokenizer) -> Result<(Vec<u32>, Vec<u32>), ModelError> {
    let ids = |special: bool| {
        let encoded = tokenizer.encode("a", special).map_err(|_| unread())?;
        Ok::<_, ModelError>(encoded.get_ids().to_vec())
    };
    let (bare, whole) = (ids(false)?, ids(true)?);
    let at = match bare.is_empty() {
        true => 0,
        false => whole.windows(bare.len()).position(|some| some == bare).ok_or_else(unread)?,
    };
    Ok((whole[..at].to_vec(), whole[at + bare.len()..].to_vec()))
}

/// The first line of what the library says, which may go on with a backtrace.
fn first_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    /// What transformers say of a text, by `tests/make_fixtures.py`.
    #[derive(Deserialize)]
    struct Said {
        text: String,
        ids: Vec<u32>,
        chances: Vec<Vec<f32>>,
    }

    #[test]
    fn every_kind_says_what_transformers_say() {
        for kind in ["bert", "roberta", "xlm-roberta", "distilbert"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(kind);
            let model = BertTagger::load(&folder, &BTreeMap::new()).unwrap();
            let said = fs_err::read(folder.join("said.json")).unwrap();
            let said: Vec<Said> = serde_json::from_slice(&said).unwrap();
            assert_eq!(said.len(), 3);
            for Said { text, ids, chances } in said {
                let encoded = model.tokenizer.encode(text.as_str(), false).unwrap();
                let all = [&model.before, encoded.get_ids(), &model.behind].concat();
                assert_eq!(all, ids, "{kind}");
                let own = model.chances(&all).unwrap();
                assert_eq!(own.len(), chances.len());
                for (own, said) in own.iter().flatten().zip(chances.iter().flatten()) {
                    assert!((own - said).abs() < 1e-4, "{kind}: {own} for {said}");
                }
            }
        }
    }
}
