"""The entity types of `crates/core/src/entity.rs`, and the kinds of negatives."""

TYPES = frozenset(
    """patient doctor staff relative person username profession hospital organization department room street
city county state zip country location age date time phone fax pager email url ip-address mac-address ssn mrn health-plan
account licence vehicle device accession national-id bank-account biometric other-id""".split()
)

# What looks like an identifier and is none.
NEGATIVES = frozenset("eponym dose vital lab level score size image code".split())
