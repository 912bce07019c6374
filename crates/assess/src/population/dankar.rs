//! The decision rule of Dankar et al. among the other estimators.

use super::{
    Estimate, NoEstimate, Pitman, Sample, SlideNegativeBinomial, UniquenessEstimator, Zayatz,
};

/// Below a sampling fraction of a tenth, Pitman's estimate; above, the lower of the slide negative binomial
/// and Zayatz's. Zayatz's stands in where another has none.
///
/// # Citation
///
/// Dankar, El Emam, Neisa & Roffey, *Estimating the re-identification risk of clinical data sets*, BMC
/// Medical Informatics and Decision Making 12:66, 2012.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dankar;

/// Up to this sampling fraction Pitman's estimate is taken.
const PITMAN_UNTIL: f64 = 0.1;

impl UniquenessEstimator for Dankar {
    fn name(&self) -> &'static str {
        "dankar"
    }

    fn citation(&self) -> &'static str {
        "Dankar et al., Estimating the re-identification risk of clinical data sets, BMC Medical \
         Informatics and Decision Making, 2012"
    }

    fn estimate(&self, sample: &Sample) -> Result<Estimate, NoEstimate> {
        let of = |estimator: &dyn UniquenessEstimator| {
            let estimate = estimator.estimate(sample)?;
            Ok(Estimate { chosen: Some(estimator.name()), ..estimate })
        };
        if sample.fraction() <= PITMAN_UNTIL {
            return of(&Pitman).or_else(|_: NoEstimate| of(&Zayatz));
        }
        let zayatz = of(&Zayatz)?;
        match of(&SlideNegativeBinomial) {
            Ok(snb) if snb.uniques <= zayatz.uniques => Ok(snb),
            _ => Ok(zayatz),
        }
    }
}
