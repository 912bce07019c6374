//! What a policy may not leave of a value under Safe Harbor (45 CFR 164.514(b)(2)(i)).
//!
//! The rule is about what a value is, so it asks for an entity: the one the policy declares, or the
//! one a scan saw. What a hierarchy file makes of a value is in the file and is not judged here,
//! but for dates and postal codes, where the rule itself says how far they are cut.

use super::{Action, Generalization, Policy, PolicyError, Profile};
use crate::{EntityType, HipaaIdentifier};

/// The highest age that is told (45 CFR 164.514(b)(2)(i)(C)).
const OLDEST: u8 = 89;

/// Why Safe Harbor forbids an action on values of a type, and what to write instead; `None` where it
/// does not.
///
/// # Examples
///
/// ```
/// use anonymed_core::policy::{Action, safe_harbor_forbids};
/// use anonymed_core::EntityType;
///
/// assert!(safe_harbor_forbids(EntityType::Date, &Action::Keep).is_some());
/// assert!(safe_harbor_forbids(EntityType::Date, &Action::Shift).is_none());
/// assert!(safe_harbor_forbids(EntityType::State, &Action::Keep).is_none());
/// ```
pub fn safe_harbor_forbids(entity: EntityType, action: &Action) -> Option<&'static str> {
    let paragraph = entity.hipaa()?;
    match (entity, action) {
        // The value in another form, or a part of it.
        (_, Action::Keep | Action::Perturb(_)) => {}
        (_, Action::Generalize(to)) if !cuts_enough(entity, to) => {}
        _ => return None,
    }
    Some(match (entity, paragraph) {
        (EntityType::Age, _) => {
            "Safe Harbor makes one group of ages over 89 (45 CFR 164.514(b)(2)(i)(C)); write \
             { action = \"generalize\", to = \"age-cap\" } or \"drop\""
        }
        (EntityType::Date, _) => {
            "Safe Harbor leaves nothing of a date but its year (45 CFR 164.514(b)(2)(i)(C)); write \
             \"shift\", { action = \"generalize\", to = \"year\" } or \"drop\""
        }
        (EntityType::Zip, _) => {
            "Safe Harbor leaves three digits of a postal code, and none where few people live \
             (45 CFR 164.514(b)(2)(i)(B)); write { action = \"generalize\", to = \"zip3\" } or \"drop\""
        }
        (_, HipaaIdentifier::Geographic) => {
            "Safe Harbor has places smaller than a state removed (45 CFR 164.514(b)(2)(i)(B)); write \
             \"drop\" or \"redact\""
        }
        _ => {
            "Safe Harbor has identifiers of this kind removed (45 CFR 164.514(b)(2)(i)); write \
             \"drop\", \"redact\" or \"pseudonym\""
        }
    })
}

/// Whether a generalization leaves no more of a type than the rule lets stand.
fn cuts_enough(entity: EntityType, to: &Generalization) -> bool {
    use Generalization as G;
    match (entity, to) {
        (EntityType::Age, to) => matches!(to, G::AgeCap | G::Hierarchy { .. }),
        (EntityType::Date, to) => *to == G::Year,
        // Three digits stand only where 20,000 people share them, which a prefix does not ask.
        (EntityType::Zip, G::Prefix(digits)) => *digits < 3,
        (EntityType::Zip, to) => *to == G::Zip3,
        (_, to) => matches!(to, G::Hierarchy { .. }),
    }
}

/// Refuses a policy that claims Safe Harbor and leaves what it forbids, as far as the policy itself
/// says what its columns hold.
pub(super) fn check(policy: &Policy) -> Result<(), PolicyError> {
    if policy.profile != Profile::HipaaSafeHarbor {
        return Ok(());
    }
    if policy.time.age_cap > OLDEST {
        return Err(PolicyError::new(
            "time.age_cap",
            "Safe Harbor makes one group of ages over 89 (45 CFR 164.514(b)(2)(i)(C)); at most 89",
        ));
    }
    for (n, table) in policy.tables.iter().enumerate() {
        for (name, column) in &table.columns {
            let forbidden = column.entity.and_then(|e| safe_harbor_forbids(e, &column.action));
            if let Some(reason) = forbidden {
                return Err(PolicyError::new(format!("table[{n}].columns.{name}"), reason));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<Policy, PolicyError> {
        Policy::parse(&format!("schema = 1\nname = \"t\"\nprofile = \"hipaa-safe-harbor\"\n{body}"))
    }

    fn column(rule: &str) -> Result<Policy, PolicyError> {
        parse(&format!("[[table]]\nfiles = \"a\"\n[table.columns]\nx = {{ {rule} }}\n"))
    }

    #[test]
    fn what_the_rule_has_removed_is_refused() {
        let check = |rule: &str, paragraph: &str| {
            let error = column(rule).expect_err(rule);
            assert_eq!(error.key, "table[0].columns.x", "{rule}");
            assert!(error.reason.contains(paragraph), "{rule}: {}", error.reason);
        };
        check("entity = \"age\", action = \"keep\"", "(C)");
        check("entity = \"age\", role = \"quasi\"", "(C)");
        check("entity = \"age\", action = \"generalize\", to = \"bins-10\"", "(C)");
        check("entity = \"age\", action = \"perturb\", span = 0.1", "(C)");
        check("entity = \"date\", action = \"keep\"", "(C)");
        check("entity = \"date\", action = \"generalize\", to = \"month\"", "(C)");
        check("entity = \"date\", action = \"generalize\", to = \"prefix-7\"", "(C)");
        check("entity = \"date\", action = \"generalize\", to = \"d.csv\"", "(C)");
        check("entity = \"zip\", role = \"quasi\"", "(B)");
        check("entity = \"zip\", action = \"generalize\", to = \"prefix-4\"", "(B)");
        check("entity = \"zip\", action = \"generalize\", to = \"prefix-3\"", "(B)");
        check("entity = \"zip\", action = \"generalize\", to = \"bins-10\"", "(B)");
        check("entity = \"city\", role = \"quasi\"", "(B)");
        check("entity = \"phone\", action = \"keep\"", "(i)");
        check("entity = \"mrn\", action = \"generalize\", to = \"prefix-9\"", "(i)");
        check("entity = \"patient\", role = \"sensitive\"", "(i)");
    }

    #[test]
    fn what_the_rule_lets_stand_is_read() {
        for rule in [
            "entity = \"age\", action = \"generalize\", to = \"age-cap\"",
            "entity = \"age\", action = \"generalize\", to = \"ages.csv\"",
            "entity = \"date\", action = \"shift\"",
            "entity = \"date\", action = \"generalize\", to = \"year\"",
            "entity = \"zip\", action = \"generalize\", to = \"zip3\"",
            "entity = \"zip\", action = \"generalize\", to = \"prefix-2\"",
            "entity = \"city\", action = \"generalize\", to = \"states.csv\"",
            "entity = \"state\", role = \"quasi\"",
            "entity = \"mrn\", action = \"pseudonym\"",
            "entity = \"phone\", action = \"mask\"",
            "action = \"keep\"",
        ] {
            assert!(column(rule).is_ok(), "{rule}");
        }
        // Another profile claims no Safe Harbor.
        let limited = "schema = 1\nname = \"t\"\nprofile = \"hipaa-limited\"\n[time]\nage_cap = 120\n\
                       [[table]]\nfiles = \"a\"\n[table.columns]\n\
                       x = { entity = \"date\", action = \"keep\" }\n";
        assert!(Policy::parse(limited).is_ok());
    }

    #[test]
    fn ages_over_89_are_one_group() {
        assert_eq!(parse("[time]\nage_cap = 90\n").expect_err("over").key, "time.age_cap");
        assert!(parse("[time]\nage_cap = 89\n").is_ok());
    }
}
