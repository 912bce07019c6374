"""The entity types of `crates/core/src/entity.rs`."""

TYPES = frozenset(
    """patient doctor staff relative person username profession hospital organization department room street
city county state zip country location age date time phone fax pager email url ip-address mac-address ssn mrn health-plan
account licence vehicle device accession national-id bank-account biometric other-id""".split()
)
