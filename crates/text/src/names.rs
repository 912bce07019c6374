//! What a run of words weighs as a person's name, and where such a run ends.

use std::ops::Range;

use crate::lexicon::role;
use crate::page::{Page, Shape, Token};

/// Tokens of the longest name.
const LONGEST: usize = 6;

/// What the place of a run says before its words are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// After a title, in a name field: what stands there is a name unless it is known not to be.
    Certain,
    /// Beside a word that often has a name beside it: the words must speak for it.
    Likely,
}

/// How much a word speaks for a name: 2 listed and not common, 1 listed and common, or unknown;
/// 0 common and not listed, or a word that is never a name.
pub(crate) fn weight(token: &Token) -> u8 {
    let word = token.word;
    if !token.is_word() || word.is(role::NOT_NAME | role::WEEKDAY) {
        return 0;
    }
    let listed = word.given() > 0 || word.surname > 0;
    match (listed, word.is_common()) {
        (true, false) => 2,
        (true, true) => 1,
        (false, false) => u8::from(token.len() > 2),
        (false, true) => 0,
    }
}

/// A word that is mostly none and still the surname of many: `French`, `White`, `Ward`.
pub(crate) fn is_surname_too(token: &Token) -> bool {
    token.is(role::NOT_NAME)
        && token.word.surname >= 8
        && !token.is(role::MONTH | role::WEEKDAY | role::TITLE | role::RELATION)
}

/// Whether a word with a surname's frequency stands right behind a forename: there an everyday
/// word is a surname, as in `Nicole Short`.
pub(crate) fn follows_forename(page: &Page<'_>, at: usize) -> bool {
    let token = &page.tokens[at];
    let behind = |at: usize| {
        at.checked_sub(1).is_some_and(|b| {
            let given = &page.tokens[b];
            let gap = page.gap(b, at);
            given.is_capital()
                && given.word.given() > 5
                && !given.is(role::NOT_NAME | role::TITLE | role::RELATION)
                && (gap == " " || page.is_wrap(b, at))
        })
    };
    let initial = at
        .checked_sub(1)
        .filter(|b| is_initial(&page.tokens[*b]) && matches!(page.gap(*b, at), " " | ". " | "."));
    token.is_capital()
        && token.word.surname >= 5
        && !token.is(role::MONTH | role::WEEKDAY)
        && (behind(at) || initial.is_some_and(behind))
}

pub(crate) fn is_initial(token: &Token) -> bool {
    token.len() == 1 && token.shape == Shape::Upper
}

/// Whether the word may be part of a name at this place.
fn fits(page: &Page<'_>, at: usize, place: Place, first: bool) -> bool {
    let token = &page.tokens[at];
    let certain = place == Place::Certain;
    let family = !first && (certain || !page.caps) && follows_forename(page, at);
    let also = is_surname_too(token) && (family || first && certain && token.is_capital());
    if !token.is_word() || token.is(role::NOT_NAME) && !also {
        return false;
    }
    if is_initial(token) {
        return true;
    }
    let weight = weight(token).max(u8::from(also || family));
    let capital = match token.shape {
        // A capital says nothing where everything has one.
        Shape::Upper if page.caps => weight >= 1 || (first && certain),
        Shape::Upper | Shape::Title => weight >= 1 || certain,
        // Names typed in lower case are taken where they are surely names.
        Shape::Lower => certain && weight == 2,
        Shape::Number | Shape::Code => false,
    };
    if first {
        return capital;
    }
    // Behind the first word, everyday words end a name written in capitals.
    capital && weight >= 1 && (family || !(page.caps && token.word.common > 20 && weight < 2))
}

/// The tokens of the name that begins at a token, within `limit` bytes; `None` where none does.
pub(crate) fn run(
    page: &Page<'_>,
    first: usize,
    limit: usize,
    place: Place,
) -> Option<Range<usize>> {
    let mut end = first;
    let (mut weighed, mut listed) = (0u8, 0u8);
    while let Some(token) = page.tokens.get(end) {
        if token.end as usize > limit || end - first >= LONGEST {
            break;
        }
        if end > first && !joins(page, end) {
            break;
        }
        let particle = is_particle(page, end);
        let suffix = end > first && token.is(role::SUFFIX) && token.is_capital();
        let ends = token.is(role::CREDENTIAL) && token.shape == Shape::Upper && end > first;
        if ends || !(particle || suffix || fits(page, end, place, end == first)) {
            break;
        }
        let family = place == Place::Certain && end > first && follows_forename(page, end);
        if end > first && token.is(role::EPONYM_HEAD) && weight(token) < 2 && !family {
            break;
        }
        if !particle && !suffix && !is_initial(token) {
            weighed = weighed.max(1 + weight(token));
            listed += u8::from(token.word.given() > 20 || token.word.surname > 3);
        }
        end += 1;
    }
    // A lone initial or particle is no name.
    while end > first
        && (page.tokens[end - 1].is(role::PARTICLE) && page.tokens[end - 1].shape == Shape::Lower)
    {
        end -= 1;
    }
    let wanted = match place {
        Place::Certain => 1,
        Place::Likely => 3,
    };
    // `Dawn Young`: two words of the lists, if common, side by side with capitals.
    let pair = listed >= 2 && !page.caps && page.tokens[first].word.given() > 20;
    (end > first && (weighed >= wanted || pair)).then_some(first..end)
}

/// Whether `van`, `de la` stands before the rest of a name.
fn is_particle(page: &Page<'_>, at: usize) -> bool {
    let token = &page.tokens[at];
    if !token.is(role::PARTICLE) || is_initial(token) {
        return false;
    }
    let Some(next) = page.tokens.get(at + 1).filter(|_| joins(page, at + 1)) else { return false };
    if next.is(role::PARTICLE) && next.shape == Shape::Lower {
        return page.tokens.get(at + 2).is_some_and(Token::is_capital) && joins(page, at + 2);
    }
    next.is_capital() && next.is_word() && !next.is(role::NOT_NAME)
}

/// Whether two neighbouring tokens are parts of one name: a space, a hyphen, an initial's point,
/// the point of `Jr.`
fn joins(page: &Page<'_>, second: usize) -> bool {
    let gap = page.gap(second - 1, second);
    let before = &page.tokens[second - 1];
    match gap {
        " " | "-" | "\u{2010}" | "\u{2011}" | "^" => true,
        ". " | "." => is_initial(before) || before.is(role::PARTICLE),
        ", " => page.tokens[second].is(role::SUFFIX) && page.tokens[second].is_capital(),
        // A forename ends a wrapped line and the surname begins the next.
        _ => {
            let next = &page.tokens[second];
            page.is_wrap(second - 1, second)
                && !page.caps
                && before.word.is_plain_name()
                && before.word.given() > 20
                && next.shape == Shape::Title
                && next.word.surname > 0
                && !page.text[next.end as usize..].starts_with(':')
        }
    }
}

/// The bytes of a run, with an initial's point where one ends it.
pub(crate) fn bytes(page: &Page<'_>, run: &Range<usize>) -> Range<usize> {
    let start = page.tokens[run.start].start as usize;
    let last = &page.tokens[run.end - 1];
    let end = last.end as usize;
    let point = page.text[end..].starts_with('.')
        && (is_initial(last) || last.is(role::SUFFIX))
        && run.end - run.start > 1;
    start..end + usize::from(point)
}

/// `Last, First M.`: the run that goes on behind a comma, where one does.
pub(crate) fn inverted(
    page: &Page<'_>,
    run_: &Range<usize>,
    limit: usize,
    place: Place,
) -> Option<Range<usize>> {
    let gap = page.gap(run_.end - 1, run_.end);
    let next = page.tokens.get(run_.end)?;
    if !matches!(gap, ", " | ",") || next.is(role::CREDENTIAL) && next.shape == Shape::Upper {
        return None;
    }
    // `French, M.`, not `Jane Roe, M.D.`
    let rest = &page.text[next.end as usize..];
    let spelled = rest.strip_prefix('.').is_some_and(|r| r.starts_with(char::is_alphanumeric));
    if is_initial(next)
        && run_.len() == 1
        && !spelled
        && place == Place::Certain
        && next.end as usize <= limit
    {
        return Some(run_.start..run_.end + 1);
    }
    if weight(next) == 0 && place != Place::Certain {
        return None;
    }
    // A common forename behind a comma is one all the same: `YOUNG, ROSE`.
    let forename = next.word.given() > 20 && next.is_capital();
    let rest = run(page, run_.end, limit, if forename { Place::Certain } else { place })?;
    Some(run_.start..rest.end)
}
