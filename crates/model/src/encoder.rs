//! The encoder of the BERT family (Devlin and others, 2019; Liu and others, 2019; Sanh and others, 2019): tokens
//! in, a vector for each out.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_nn::ops::softmax_last_dim;
use candle_nn::{Embedding, LayerNorm, Linear, Module, VarBuilder, embedding, linear};

use crate::config::{Activation, Config, Kind};

/// A model's encoder.
pub(crate) struct Encoder {
    words: Embedding,
    positions: Tensor,
    /// The vector of the first of the token types, which is all that one text has.
    kind: Option<Tensor>,
    norm: LayerNorm,
    layers: Vec<Layer>,
}

struct Layer {
    heads: usize,
    activation: Activation,
    query: Linear,
    key: Linear,
    value: Linear,
    joined: Linear,
    norm_of_attention: LayerNorm,
    inner: Linear,
    outer: Linear,
    norm: LayerNorm,
}

/// What the two dialects call the parts of a layer.
struct Names {
    layers: &'static str,
    query: &'static str,
    key: &'static str,
    value: &'static str,
    joined: &'static str,
    norm_of_attention: &'static str,
    inner: &'static str,
    outer: &'static str,
    norm: &'static str,
}

const OF_BERT: Names = Names {
    layers: "encoder.layer",
    query: "attention.self.query",
    key: "attention.self.key",
    value: "attention.self.value",
    joined: "attention.output.dense",
    norm_of_attention: "attention.output.LayerNorm",
    inner: "intermediate.dense",
    outer: "output.dense",
    norm: "output.LayerNorm",
};

const OF_DISTILBERT: Names = Names {
    layers: "transformer.layer",
    query: "attention.q_lin",
    key: "attention.k_lin",
    value: "attention.v_lin",
    joined: "attention.out_lin",
    norm_of_attention: "sa_layer_norm",
    inner: "ffn.lin1",
    outer: "ffn.lin2",
    norm: "output_layer_norm",
};

impl Encoder {
    /// The encoder that these weights are.
    pub(crate) fn new(config: &Config, weights: &VarBuilder<'_>) -> Result<Self> {
        let (prefix, names) = match config.kind {
            Kind::Bert => ("bert", &OF_BERT),
            Kind::Roberta => ("roberta", &OF_BERT),
            Kind::DistilBert => ("distilbert", &OF_DISTILBERT),
        };
        // An encoder that was saved by itself has no prefix.
        let word = "embeddings.word_embeddings.weight";
        let own = match weights.contains_tensor(&format!("{prefix}.{word}")) {
            true => weights.pp(prefix),
            false => weights.clone(),
        };
        let begin = own.pp("embeddings");
        let positions = begin
            .pp("position_embeddings")
            .get((config.positions, config.hidden), "weight")?
            .narrow(0, config.first_position, config.longest())?;
        let kind = match config.types {
            0 => None,
            types => {
                let table =
                    begin.pp("token_type_embeddings").get((types, config.hidden), "weight")?;
                Some(table.narrow(0, 0, 1)?)
            }
        };
        let layers = own.pp(names.layers);
        Ok(Self {
            words: embedding(config.vocabulary, config.hidden, begin.pp("word_embeddings"))?,
            positions,
            kind,
            norm: norm(config, &begin.pp("LayerNorm"))?,
            layers: (0..config.layers)
                .map(|at| Layer::new(config, names, &layers.pp(at)))
                .collect::<Result<_>>()?,
        })
    }

    /// A vector for each token, a row each.
    pub(crate) fn forward(&self, tokens: &[u32]) -> Result<Tensor> {
        let ids = Tensor::new(tokens, &Device::Cpu)?;
        let mut rows = (self.words.forward(&ids)? + self.positions.narrow(0, 0, tokens.len())?)?;
        if let Some(kind) = &self.kind {
            rows = rows.broadcast_add(kind)?;
        }
        let mut rows = self.norm.forward(&rows)?;
        for layer in &self.layers {
            rows = layer.forward(&rows)?;
        }
        Ok(rows)
    }
}

impl Layer {
    fn new(config: &Config, names: &Names, weights: &VarBuilder<'_>) -> Result<Self> {
        let (hidden, inner) = (config.hidden, config.inner);
        let square = |name: &str| linear(hidden, hidden, weights.pp(name));
        Ok(Self {
            heads: config.heads,
            activation: config.activation,
            query: square(names.query)?,
            key: square(names.key)?,
            value: square(names.value)?,
            joined: square(names.joined)?,
            norm_of_attention: norm(config, &weights.pp(names.norm_of_attention))?,
            inner: linear(hidden, inner, weights.pp(names.inner))?,
            outer: linear(inner, hidden, weights.pp(names.outer))?,
            norm: norm(config, &weights.pp(names.norm))?,
        })
    }

    fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        let attention = self.attention(rows)?;
        let rows = self.norm_of_attention.forward(&(rows + attention)?)?;
        let inner = self.inner.forward(&rows)?;
        let inner = match self.activation {
            Activation::Gelu => inner.gelu_erf()?,
            Activation::GeluTanh => inner.gelu()?,
            Activation::Relu => inner.relu()?,
        };
        self.norm.forward(&(rows + self.outer.forward(&inner)?)?)
    }

    /// Scaled dot products of all heads (Vaswani and others, 2017).
    fn attention(&self, rows: &Tensor) -> Result<Tensor> {
        let (count, hidden) = rows.dims2()?;
        let width = hidden / self.heads;
        let split = |part: &Linear| {
            part.forward(rows)?.reshape((count, self.heads, width))?.transpose(0, 1)?.contiguous()
        };
        let (query, key, value) = (split(&self.query)?, split(&self.key)?, split(&self.value)?);
        let scale = 1.0 / (width as f64).sqrt();
        let weights = (query.matmul(&key.transpose(D::Minus1, D::Minus2)?)? * scale)?;
        let mixed = softmax_last_dim(&weights)?.matmul(&value)?;
        self.joined.forward(&mixed.transpose(0, 1)?.reshape((count, hidden))?)
    }
}

/// A layer's norm; what came over from TensorFlow has other names for its parts.
fn norm(config: &Config, weights: &VarBuilder<'_>) -> Result<LayerNorm> {
    let (scale, shift) =
        if weights.contains_tensor("gamma") { ("gamma", "beta") } else { ("weight", "bias") };
    Ok(LayerNorm::new(
        weights.get(config.hidden, scale)?,
        weights.get(config.hidden, shift)?,
        config.epsilon,
    ))
}

/// The weights of a file, as the numbers that are reckoned with.
pub(crate) fn weights_of(bytes: &[u8]) -> Result<VarBuilder<'static>> {
    let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)?;
    Ok(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu))
}
