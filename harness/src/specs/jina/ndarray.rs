//! Checks of the arrays that the server makes.

use wirecheck_proto::jina::NdArray;

use super::clauses::{BUFFER_FITS_SHAPE, QUANTIZATION_IN_ENUM, QUANTIZED_NAMES_ORIGINAL};
use super::documents;
use super::driver::{found, indexed, judged, seen};
use super::oracle;
use crate::check::{Check, Manner, Stop};
use crate::cx::Cx;

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "jina/ndarray/buffer-fits-shape",
        clause: &BUFFER_FITS_SHAPE,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let arrays = embeddings(cx).await?;
                judged(cx, oracle::buffer_fits_shape)?;
                let shaped = |array: &NdArray| !array.shape.is_empty() && !array.dtype.is_empty();
                seen(arrays.iter().any(shaped), "no embedding came with a shape and a dtype")
            })
        },
    },
    Check {
        id: "jina/ndarray/quantization-in-enum",
        clause: &QUANTIZATION_IN_ENUM,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let arrays = embeddings(cx).await?;
                judged(cx, oracle::quantization_in_enum)?;
                seen(!arrays.is_empty(), "no query and no match came with an embedding")
            })
        },
    },
    Check {
        id: "jina/ndarray/quantized-names-original",
        clause: &QUANTIZED_NAMES_ORIGINAL,
        manner: Manner::Allowed,
        needs: &[],
        drive: |cx| {
            Box::pin(async move {
                let arrays = embeddings(cx).await?;
                judged(cx, oracle::quantized_names_original)?;
                let quantized = arrays.iter().any(|array| array.quantization != 0);
                seen(quantized, "no embedding came quantized")
            })
        },
    },
];

/// The embeddings of a query and its matches. All have the same words, so that the best matches are
/// the check's own: what others put into the index is not to be judged.
async fn embeddings(cx: &mut Cx) -> Result<Vec<NdArray>, Stop> {
    let first = documents::text(cx.rng());
    let mut docs = vec![first.clone(); 6];
    docs.iter_mut().for_each(|document| document.id = documents::id(cx.rng()));
    indexed(cx, &docs).await?;
    let found = found(cx, &docs[..1], 6).await?;
    let matches = found.iter().flat_map(|query| &query.matches);
    Ok(found.iter().chain(matches).filter_map(|document| document.embedding.clone()).collect())
}
