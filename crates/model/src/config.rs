//! `config.json` of a model, in the two dialects of the BERT family, and what is bearable of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::ModelError;

/// Most of what a configuration may ask for, so that a broken one asks for no memory that is not there:
/// the largest BERT and XLM-RoBERTa have half of it.
const MOST_VOCABULARY: usize = 1 << 20;
const MOST_HIDDEN: usize = 8_192;
const MOST_INNER: usize = 32_768;
const MOST_LAYERS: usize = 96;
const MOST_POSITIONS: usize = 16_384;
const MOST_LABELS: usize = 4_096;

/// Fewest positions that hold a window with its overlap.
const FEWEST_POSITIONS: usize = 16;

/// Which of the family a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bert,
    /// RoBERTa, XLM-RoBERTa, CamemBERT: positions begin behind the padding's.
    Roberta,
    /// Fewer layers, no token types, names of its own.
    DistilBert,
}

/// What lies between the two halves of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// With the error function.
    Gelu,
    /// With the hyperbolic tangent.
    GeluTanh,
    Relu,
}

/// A model's shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    pub(crate) kind: Kind,
    pub(crate) vocabulary: usize,
    pub(crate) hidden: usize,
    pub(crate) inner: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    /// Rows of the table of positions.
    pub(crate) positions: usize,
    /// The first row that a token has.
    pub(crate) first_position: usize,
    pub(crate) types: usize,
    pub(crate) epsilon: f64,
    pub(crate) activation: Activation,
    /// The labels, in their order.
    pub(crate) labels: Vec<String>,
}

#[derive(Deserialize)]
struct Raw {
    model_type: Option<String>,
    vocab_size: Option<usize>,
    #[serde(alias = "dim")]
    hidden_size: Option<usize>,
    #[serde(alias = "hidden_dim")]
    intermediate_size: Option<usize>,
    #[serde(alias = "n_layers")]
    num_hidden_layers: Option<usize>,
    #[serde(alias = "n_heads")]
    num_attention_heads: Option<usize>,
    max_position_embeddings: Option<usize>,
    type_vocab_size: Option<usize>,
    layer_norm_eps: Option<f64>,
    #[serde(alias = "activation")]
    hidden_act: Option<String>,
    pad_token_id: Option<usize>,
    position_embedding_type: Option<String>,
    #[serde(default)]
    id2label: BTreeMap<String, String>,
}

impl Config {
    /// Reads the file.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let raw: Raw = serde_json::from_slice(bytes)
            .map_err(|e| broken(format!("line {} is no such configuration", e.line())))?;
        let kind = match raw.model_type.as_deref() {
            Some("bert") => Kind::Bert,
            Some("roberta" | "xlm-roberta" | "camembert") => Kind::Roberta,
            Some("distilbert") => Kind::DistilBert,
            other => {
                return Err(unknown(
                    "model_type",
                    other,
                    "bert, roberta, xlm-roberta, camembert and distilbert",
                ));
            }
        };
        if !matches!(raw.position_embedding_type.as_deref(), None | Some("absolute")) {
            let value = raw.position_embedding_type.as_deref();
            return Err(unknown("position_embedding_type", value, "absolute ones"));
        }
        let activation = match raw.hidden_act.as_deref() {
            None | Some("gelu") => Activation::Gelu,
            Some("gelu_new" | "gelu_pytorch_tanh") => Activation::GeluTanh,
            Some("relu") => Activation::Relu,
            other => return Err(unknown("hidden_act", other, "gelu, gelu_new and relu")),
        };
        let within = |key: &str, value: Option<usize>, least: usize, most: usize| {
            value.filter(|value| (least..=most).contains(value)).ok_or_else(|| {
                broken(format!("`{key}` has to be a whole number from {least} to {most}"))
            })
        };
        let hidden = within("hidden_size", raw.hidden_size, 1, MOST_HIDDEN)?;
        let heads = within("num_attention_heads", raw.num_attention_heads, 1, hidden)?;
        if hidden % heads != 0 {
            return Err(broken("`hidden_size` is no multiple of `num_attention_heads`".to_owned()));
        }
        let padding = raw.pad_token_id.unwrap_or(1);
        let first_position = if kind == Kind::Roberta { padding.saturating_add(1) } else { 0 };
        let positions =
            within("max_position_embeddings", raw.max_position_embeddings, 1, MOST_POSITIONS)?;
        if positions.saturating_sub(first_position) < FEWEST_POSITIONS {
            return Err(broken(format!("there are fewer than {FEWEST_POSITIONS} positions")));
        }
        let types = match kind {
            Kind::DistilBert => 0,
            _ => within("type_vocab_size", raw.type_vocab_size.or(Some(2)), 1, 16)?,
        };
        let epsilon = raw.layer_norm_eps.unwrap_or(1e-12);
        if !(epsilon > 0.0 && epsilon < 1.0) {
            return Err(broken("`layer_norm_eps` has to be between 0 and 1".to_owned()));
        }
        Ok(Self {
            kind,
            vocabulary: within("vocab_size", raw.vocab_size, 1, MOST_VOCABULARY)?,
            hidden,
            inner: within("intermediate_size", raw.intermediate_size, 1, MOST_INNER)?,
            layers: within("num_hidden_layers", raw.num_hidden_layers, 1, MOST_LAYERS)?,
            heads,
            positions,
            first_position,
            types,
            epsilon,
            activation,
            labels: labels(raw.id2label)?,
        })
    }

    /// Tokens that fit at once, those of the model's own included.
    pub(crate) fn longest(&self) -> usize {
        self.positions - self.first_position
    }
}

fn labels(by_id: BTreeMap<String, String>) -> Result<Vec<String>, ModelError> {
    let count = by_id.len();
    if !(1..=MOST_LABELS).contains(&count) {
        return Err(broken("`id2label` names no labels; this is no token classifier".to_owned()));
    }
    let mut labels = vec![None; count];
    for (id, label) in by_id {
        match id.parse().ok().and_then(|id: usize| labels.get_mut(id)) {
            Some(place) => *place = Some(label),
            None => return Err(broken("`id2label` has to count from 0".to_owned())),
        }
    }
    let all: Option<Vec<String>> = labels.into_iter().collect();
    all.ok_or_else(|| broken("`id2label` has to count from 0".to_owned()))
}

fn broken(reason: String) -> ModelError {
    ModelError::Broken { file: "config.json", reason }
}

fn unknown(key: &'static str, value: Option<&str>, known: &'static str) -> ModelError {
    let value: String = value.unwrap_or("nothing").chars().take(40).collect();
    ModelError::Unknown { key, value, known }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERT: &str = r#"{"model_type":"bert","vocab_size":30,"hidden_size":8,"intermediate_size":16,
        "num_hidden_layers":2,"num_attention_heads":2,"max_position_embeddings":32,"id2label":{"0":"O","1":"B-PER"}}"#;

    #[test]
    fn the_dialects_of_the_family_are_read() {
        let bert = Config::read(BERT.as_bytes()).unwrap();
        assert_eq!((bert.kind, bert.types, bert.longest()), (Kind::Bert, 2, 32));
        assert_eq!(bert.labels, ["O", "B-PER"]);
        let roberta = BERT.replace("\"bert\"", "\"roberta\"");
        assert_eq!(Config::read(roberta.as_bytes()).unwrap().longest(), 30);
        let distil = r#"{"model_type":"distilbert","vocab_size":30,"dim":8,"hidden_dim":16,"n_layers":2,"n_heads":2,
            "max_position_embeddings":32,"activation":"relu","id2label":{"0":"O"}}"#;
        let distil = Config::read(distil.as_bytes()).unwrap();
        assert_eq!((distil.types, distil.inner, distil.activation), (0, 16, Activation::Relu));
    }

    #[test]
    fn what_cannot_be_run_is_refused() {
        let check = |from: &str, to: &str, says: &str| {
            let error = Config::read(BERT.replace(from, to).as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        check("\"bert\"", "\"gpt2\"", "`gpt2`, which is not run here");
        check("\"vocab_size\":30", "\"vocab_size\":99999999999", "`vocab_size`");
        check("\"vocab_size\":30", "\"vocab_size\":-1", "no such configuration");
        check("\"num_attention_heads\":2", "\"num_attention_heads\":3", "no multiple");
        check("embeddings\":32", "embeddings\":4", "fewer than 16 positions");
        check("\"1\":\"B-PER\"", "\"7\":\"B-PER\"", "count from 0");
        check("\"id2label\":{\"0\":\"O\",\"1\":\"B-PER\"}", "\"hidden_act\":\"silu\"", "silu");
        check("{", "", "no such configuration");
    }
}
