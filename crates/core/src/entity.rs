//! What an identifying value is: the eighteen HIPAA identifiers, the finer entity types used in
//! text, and the role a field plays in re-identification.

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name used in policies, reports and JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Reads the stable name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.as_str() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use named;

named! {
    /// The identifiers that 45 CFR 164.514(b)(2)(i)(A) to (R) has removed.
    HipaaIdentifier {
        /// (A) Names.
        Name = "name",
        /// (B) Geographic subdivisions smaller than a state.
        Geographic = "geographic",
        /// (C) Elements of dates, except year, and ages over 89.
        Date = "date",
        /// (D) Telephone numbers.
        Telephone = "telephone",
        /// (E) Fax numbers.
        Fax = "fax",
        /// (F) Electronic mail addresses.
        Email = "email",
        /// (G) Social security numbers.
        SocialSecurity = "social-security",
        /// (H) Medical record numbers.
        MedicalRecord = "medical-record",
        /// (I) Health plan beneficiary numbers.
        HealthPlan = "health-plan",
        /// (J) Account numbers.
        Account = "account",
        /// (K) Certificate and licence numbers.
        Licence = "licence",
        /// (L) Vehicle identifiers and serial numbers, licence plates included.
        Vehicle = "vehicle",
        /// (M) Device identifiers and serial numbers.
        Device = "device",
        /// (N) Web addresses (URLs).
        Url = "url",
        /// (O) Internet protocol addresses.
        IpAddress = "ip-address",
        /// (P) Biometric identifiers.
        Biometric = "biometric",
        /// (Q) Full-face photographs and comparable images.
        Photograph = "photograph",
        /// (R) Any other unique identifying number, characteristic or code.
        Other = "other-unique",
    }
}

named! {
    /// The entity types found in text and fields, after the i2b2 2014 de-identification task with
    /// the HIPAA identifiers it leaves out.
    EntityType {
        /// The patient's name or a part of it.
        Patient = "patient",
        /// A treating or referring clinician's name.
        Doctor = "doctor",
        /// Another member of staff.
        Staff = "staff",
        /// A relative, guardian or emergency contact.
        Relative = "relative",
        /// A person whose part is not known.
        Person = "person",
        /// A log-in name.
        Username = "username",
        /// A profession or employer-revealing job.
        Profession = "profession",
        /// A hospital or clinic.
        Hospital = "hospital",
        /// An insurer, employer or other organization.
        Organization = "organization",
        /// A ward, unit or department with a name.
        Department = "department",
        /// A room or bed.
        Room = "room",
        /// A street address line.
        Street = "street",
        /// A city or town.
        City = "city",
        /// A county or district.
        County = "county",
        /// A state or province.
        State = "state",
        /// A postal code.
        Zip = "zip",
        /// A country.
        Country = "country",
        /// Another place.
        Location = "location",
        /// An age in years.
        Age = "age",
        /// A calendar date, whole or partial.
        Date = "date",
        /// A time of day.
        Time = "time",
        /// A telephone number.
        Phone = "phone",
        /// A fax number.
        Fax = "fax",
        /// A pager number.
        Pager = "pager",
        /// An e-mail address.
        Email = "email",
        /// A web address.
        Url = "url",
        /// An IP address.
        IpAddress = "ip-address",
        /// A network hardware address.
        MacAddress = "mac-address",
        /// A US social security number.
        Ssn = "ssn",
        /// A medical record, chart or patient file number.
        Mrn = "mrn",
        /// A health plan or insurance member number.
        HealthPlan = "health-plan",
        /// An account, encounter, visit or billing number.
        Account = "account",
        /// A licence or certificate number (NPI, DEA, driver's licence).
        Licence = "licence",
        /// A vehicle number or plate.
        Vehicle = "vehicle",
        /// A device serial number or UDI.
        Device = "device",
        /// A specimen, report or accession number.
        Accession = "accession",
        /// A national identity number outside the US.
        NationalId = "national-id",
        /// A payment card or bank account number.
        BankAccount = "bank-account",
        /// A biometric identifier.
        Biometric = "biometric",
        /// Another unique number or code.
        OtherId = "other-id",
    }
}

impl EntityType {
    /// The paragraph of 45 CFR 164.514(b)(2)(i) the type falls under; `None` where the rule does
    /// not name it (a state, a country, an organization, a time of day).
    pub fn hipaa(self) -> Option<HipaaIdentifier> {
        use HipaaIdentifier as H;
        Some(match self {
            Self::Patient
            | Self::Doctor
            | Self::Staff
            | Self::Relative
            | Self::Person
            | Self::Username => H::Name,
            Self::Street | Self::City | Self::County | Self::Zip | Self::Location | Self::Room => {
                H::Geographic
            }
            Self::Hospital => H::Geographic,
            Self::Age | Self::Date => H::Date,
            Self::Phone | Self::Pager => H::Telephone,
            Self::Fax => H::Fax,
            Self::Email => H::Email,
            Self::Url => H::Url,
            Self::IpAddress | Self::MacAddress => H::IpAddress,
            Self::Ssn => H::SocialSecurity,
            Self::Mrn => H::MedicalRecord,
            Self::HealthPlan => H::HealthPlan,
            Self::Account | Self::BankAccount => H::Account,
            Self::Licence => H::Licence,
            Self::Vehicle => H::Vehicle,
            Self::Device => H::Device,
            Self::Biometric => H::Biometric,
            Self::Accession | Self::NationalId | Self::OtherId => H::Other,
            Self::Profession
            | Self::Organization
            | Self::Department
            | Self::State
            | Self::Country
            | Self::Time => return None,
        })
    }

    /// Whether the type names a person.
    pub fn is_person(self) -> bool {
        matches!(self, Self::Patient | Self::Doctor | Self::Staff | Self::Relative | Self::Person)
    }

    /// Whether a value of it says by itself who somebody is, so that it is looked for wherever it may stand. Dates,
    /// ages and times have checks of their own, and states, countries and callings are of many.
    pub fn is_looked_for(self) -> bool {
        !matches!(
            self,
            Self::Date
                | Self::Age
                | Self::Time
                | Self::State
                | Self::Country
                | Self::Profession
                | Self::Organization
                | Self::Department
        )
    }

    /// Whether the value is a number or code given to one person, thing or event.
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::Phone
                | Self::Fax
                | Self::Pager
                | Self::Ssn
                | Self::Mrn
                | Self::HealthPlan
                | Self::Account
                | Self::Licence
                | Self::Vehicle
                | Self::Device
                | Self::Accession
                | Self::NationalId
                | Self::BankAccount
                | Self::Biometric
                | Self::OtherId
        )
    }
}

named! {
    /// The part a field plays in re-identification.
    AttributeRole {
        /// Identifies a person by itself.
        Identifier = "identifier",
        /// Identifies together with others an attacker may know.
        Quasi = "quasi",
        /// What an attacker would like to learn.
        Sensitive = "sensitive",
        /// Prose that may hold anything.
        FreeText = "text",
        /// Says nothing about who it is.
        Insensitive = "keep",
        /// Not recognised: the policy's `on_unclassified` decides.
        Unknown = "unknown",
    }
}

named! {
    /// Administrative sex, for surrogates that keep it.
    Sex {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
        /// Recorded as something else.
        Other = "other",
    }
}

impl Sex {
    /// Reads the spellings found in tables, FHIR and notes.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "f" | "female" | "woman" | "w" => Some(Self::Female),
            "m" | "male" | "man" => Some(Self::Male),
            "other" | "o" | "x" => Some(Self::Other),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for entity in EntityType::ALL {
            assert_eq!(EntityType::from_name(entity.as_str()), Some(*entity));
        }
        assert_eq!(HipaaIdentifier::ALL.len(), 18);
    }
}
