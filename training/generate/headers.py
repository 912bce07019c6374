"""Headers, letterheads, signature blocks and footers in many manners."""

from common.compose import column, expand

# A field: the words for its key, parted by bars, and the template of its value.
FIELDS = {
    "name": (
        "Patient|Patient Name|Name|PATIENT NAME|Pt Name|Pt|PATIENT|Client|Resident|Member name|Full name|RE",
        "{pt}",
    ),
    "name_upper": ("PATIENT|NAME|PATIENT NAME|PT", "{pt:upper}"),
    "dob": ("DOB|Date of Birth|D.O.B.|Birth Date|Birthdate|BORN|Date of birth|Born|DoB", "{date:dob}"),
    "age": ("Age|AGE|Age at visit|Current age", "{age}"),
    "age_sex": ("Age/Sex|AGE/SEX|Sex/Age|A/S", "[{age}/{sex}|{age} {sex}|{sex} {age}|{age}{sex}]"),
    "sex": ("Sex|SEX|Gender|M/F", "{sex}"),
    "mrn": (
        "MRN|Medical Record Number|Medical Record #|MR#|Med Rec No|Chart #|Chart No.|Record No|Hospital No|"
        "Hosp #|Unit No|MRN#|Pt ID|Patient ID|File No|UR No|Med. Rec. #|FILE #",
        "{mrn}",
    ),
    "acct": (
        "Account #|Acct|Account Number|ACCT NO|Encounter|Encounter #|Visit ID|Visit #|FIN|CSN|Billing No|Account",
        "{acct}",
    ),
    "ssn": ("SSN|Social Security Number|SS#|Soc Sec No|S.S.N.|Social", "{ssn}"),
    "visit": (
        "Date|Date of Service|DOS|Visit Date|DATE OF VISIT|Service date|Seen|Encounter Date|Date seen",
        "{date:visit}",
    ),
    "admit": (
        "Admission Date|Date of Admission|ADMITTED|Admit Date|Admitted|DATE ADM|Admit",
        "[{date:admit}|{date:admit}|{datetime:admit}]",
    ),
    "disch": ("Discharge Date|Date of Discharge|DISCHARGED|D/C Date|Discharged|DATE DISCH", "{date:visit}"),
    "att": (
        "Attending|Attending Physician|ATTENDING MD|Consultant|Attending Provider|Admitting MD|Responsible "
        "clinician|Surgeon|Attg",
        "[{drsig:att}|{drsig:att}|{dr:att}|{drn:att}]",
    ),
    "pcp": (
        "PCP|Primary Care Physician|Family Physician|GP|Primary care provider|Family doctor|PMD|Referring|"
        "Referring Physician|Referred by|Ordering Provider|Ordered by|Requesting MD",
        "[{drsig:pcp}|{dr:pcp}|{drn:pcp}]",
    ),
    "staff": (
        "RN|Nurse|Technologist|Therapist|Recorded by|Author|Tech|Case manager|Entered by|Clinician|Interviewer|Scribe",
        "[{st:a}|{st:a}|{stn:a}]",
    ),
    "loc": ("Location|Unit|Ward|LOC|Nursing Unit|Clinic location", "[{dept}|{dept} {room}|{dept}, {room}|{room}]"),
    "room": ("Room|Room/Bed|Bed|RM|Room #", "{roomn}"),
    "hosp": ("Facility|Hospital|Site|Institution|Clinic|Practice", "{hosp}"),
    "phone": ("Phone|Tel|Home Phone|Telephone|Phone #|Cell|Mobile|Contact number|Home|Ph", "{phone}"),
    "email": ("Email|E-mail|email|Email address", "{email:pt}"),
    "addr": ("Address|Home Address|ADDRESS|Residence|Addr|Lives at|Mailing address", "{addr}"),
    "ins": ("Insurance|Payer|Payor|Health plan|Primary Insurance|Carrier|Insurer", "{insurer}"),
    "plan": (
        "Member ID|Policy #|Policy No|Subscriber ID|Insurance ID|Member #|HIC #|MBI|Medicaid ID|Medicare #|"
        "Plan ID|ID #",
        "{plan}",
    ),
    "group": ("Group #|Group No|Group|Grp", "{group}"),
    "acc": (
        "Accession #|Accession|Acc No|Accession Number|Specimen #|Case #|Order #|Report #|Lab No|Exam ID|ACC",
        "{acc}",
    ),
    "contact": (
        "Emergency contact|Next of kin|NOK|Guarantor|Contact person|Emergency Contact|Parent/Guardian|ICE",
        "[{reln} ({relw})|{reln}, {relw}|{reln}|{reln} ({relw}) {phone}|{relw} {reln} {phone:us}]",
    ),
    "prof": ("Occupation|OCCUPATION|Job|Employment|Works as", "[{prof}|{prof}|retired {prof}|{prof}, {org}]"),
    "employer": ("Employer|EMPLOYER|School|Workplace", "{org}"),
    "natid": ("ID|National ID|Other ID", "{natid}"),
    "lang": ("Language|Preferred language|Interpreter", "[English|Spanish|Vietnamese|Arabic|Polish|not needed]"),
    "allergy": ("Allergies|ALLERGIES|Allergy", "[NKDA|NKA|penicillin (rash)|sulfa|codeine - nausea|latex|{drugn}]"),
    "code": ("Code status|CODE STATUS|Resus status", "[Full code|DNR/DNI|full|DNAR]"),
    "race": ("Marital status|Marital Status|MS", "[S|M|W|D|married|single|widowed|divorced]"),
    "religion": ("Religion|Faith", "[Catholic|none|Jewish|Muslim|Baptist|declined]"),
    "status": (
        "Status|STATUS|Report status|State",
        "[Final|Preliminary|Signed|Addendum|In progress|FINAL RESULT|Draft]",
    ),
    "type": (
        "Class|Patient class|Type|Patient type",
        "[Inpatient|Outpatient|Emergency|Observation|Day case|Private|Medicare]",
    ),
    "time": ("Time|TIME|Time seen|Arrival|Start", "{time}"),
    "dictated": ("Dictated|DD|D|Dictation date", "[{date:visit}|{datetime:visit}]"),
    "user": ("User|Entered by|User ID|Login|Operator", "{user}"),
    "printed": ("Printed|Print date|Run date|Printed on", "[{date:now} {time}|{datetime:now}]"),
}
_MAIN = ["name", "dob", "mrn"]
_PROFILES = {
    "": [
        "sex",
        "age",
        "age_sex",
        "acct",
        "visit",
        "att",
        "pcp",
        "loc",
        "room",
        "ssn",
        "phone",
        "admit",
        "type",
        "allergy",
        "hosp",
        "race",
        "code",
    ],
    "stay": [
        "sex",
        "age_sex",
        "acct",
        "admit",
        "disch",
        "att",
        "pcp",
        "loc",
        "room",
        "age",
        "hosp",
        "code",
        "type",
        "allergy",
    ],
    "exam": ["acc", "visit", "time", "pcp", "att", "sex", "age_sex", "loc", "status", "staff", "hosp", "type", "acct"],
    "reg": [
        "ssn",
        "sex",
        "age",
        "addr",
        "phone",
        "email",
        "ins",
        "plan",
        "group",
        "contact",
        "prof",
        "employer",
        "pcp",
        "race",
        "religion",
        "lang",
        "natid",
        "acct",
        "visit",
        "hosp",
    ],
    "ward": ["loc", "room", "visit", "time", "staff", "age_sex", "allergy", "code", "att", "user", "acct"],
}


def make_fields(case, profile, low=3, high=9):
    """Keys and values of some fields of a profile."""
    rng = case.rng
    chosen = [key for key in _MAIN if rng.random() < 0.88] + rng.sample(
        _PROFILES[profile], min(len(_PROFILES[profile]), rng.randint(low, high))
    )
    if rng.random() < 0.35:
        rng.shuffle(chosen)
    upper = rng.random() < 0.2
    fields = []
    for name in chosen:
        keys, template = FIELDS[name]
        if name == "name" and (upper or rng.random() < 0.15):
            template = "{pt:upper}"
        key = rng.choice(keys.split("|"))
        fields.append((key.upper() if upper else key, expand(case, template)))
    return fields


def header(case, profile="", low=3, high=9):
    """A header in one of its manners."""
    fields = make_fields(case, profile, low, high)
    return case.rng.choice(_STYLES)(case, fields)


def _lines(case, fields):
    """A key and a value on each line."""
    mark = case.rng.choice([": ", ": ", ": ", ":", " : ", " - ", ":  ", ":\t", " = ", ". . . ", ".....: "])
    return _joined([[(key + mark, None)] + value for key, value in fields], "\n")


def _aligned(case, fields):
    """Keys in a column of their own."""
    width = max(len(key) for key, _ in fields) + case.rng.randint(2, 6)
    mark = case.rng.choice([":", "", ":"])
    return _joined([column([(key + mark, None)], width) + value for key, value in fields], "\n")


def _two_columns(case, fields):
    """Two fields in a line, the second at a fixed column."""
    rows, width = [], case.rng.choice([34, 40, 46])
    mark = case.rng.choice([": ", ":", ": "])
    for at in range(0, len(fields), 2):
        cells = [[(key + mark, None)] + value for key, value in fields[at : at + 2]]
        rows.append(column(cells[0], width) + cells[1] if len(cells) == 2 else cells[0])
    return _joined(rows, "\n")


def _one_line(case, fields):
    """Several fields in a line, parted by spaces, bars, commas."""
    mark, gap = case.rng.choice([": ", ":", " ", "="]), case.rng.choice(["  ", "   ", " | ", "; ", ", ", "\t", " / "])
    rows, row = [], []
    for key, value in fields:
        row.append([(key + mark, None)] + value)
        if len(row) == case.rng.choice([2, 3, 4]):
            rows.append(_joined(row, gap))
            row = []
    return _joined(rows + ([_joined(row, gap)] if row else []), "\n")


def _above(case, fields):
    """A row of keys above a row of values, in fixed columns."""
    rows = []
    for at in range(0, len(fields), 3):
        top, below = [], []
        for key, value in fields[at : at + 3]:
            width = max(len(key), sum(len(text) for text, _ in value)) + case.rng.randint(2, 5)
            top += column([(key, None)], width)
            below += column(value, width)
        rows += [top, below]
    return _joined(rows, "\n")


def _stacked(case, fields):
    """Each value on the line below its key."""
    mark = case.rng.choice([":", "", ":"])
    return _joined([[(key + mark + "\n", None)] + value for key, value in fields], "\n")


def _piped(case, fields):
    """A table with bars, keys and values in turn or keys in its first row."""
    if case.rng.random() < 0.5:
        return _joined([[("| " + key + " | ", None)] + value + [(" |", None)] for key, value in fields], "\n")
    fields = fields[:6]
    top = [("| " + " | ".join(key for key, _ in fields) + " |\n|" + "---|" * len(fields) + "\n| ", None)]
    return top + _joined([value for _, value in fields], " | ") + [(" |", None)]


def _tabbed(case, fields):
    """Keys and values parted by tabs, two to a line."""
    rows = []
    for at in range(0, len(fields), 2):
        rows.append(_joined([[(key + ":\t", None)] + value for key, value in fields[at : at + 2]], "\t"))
    return _joined(rows, "\n")


def _boxed(case, fields):
    """Lines between rules."""
    rule = case.rng.choice("=-*_#") * case.rng.randint(20, 64)
    return [(rule + "\n", None)] + _lines(case, fields) + [("\n" + rule, None)]


def _bare(case, fields):
    """Values without keys, as a banner prints them."""
    keep = expand(
        case,
        case.rng.choice(
            [
                "{pt}   {mrn}   {date:dob}",
                "{pt:upper}  {sex}  {date:dob}  {mrn}",
                "{pt} ({mrn}) {age} {sex}",
                "{mrn} {pt:upper} {date:dob} {dept} {roomn}",
                "{pt}\n{date:dob}\n{mrn}\n{dr:att}",
                "{pt:upper} {aged} DOB {date:dob} #{mrn}",
                "{pt} | {date:dob} | {mrn} | {date:visit}",
                "{pt}, {age}\n{date:visit}",
                "{hosp:upper}\n{pt}      {date:visit}\n{date:dob}      {mrn}",
                "{date:visit}\t{pt}\t{mrn}\t{dr:att}",
            ]
        ),
    )
    return keep


def _marked(case, fields):
    """Keys in angle brackets, asterisks or square brackets."""
    before, after = case.rng.choice(
        [("**", ":** "), ("**", "**: "), ("[", "] "), ("<", "> "), ("*", ": "), ("- ", ": "), ("> ", ": ")]
    )
    return _joined([[(before + key + after, None)] + value for key, value in fields], "\n")


_STYLES = (
    [_lines] * 4
    + [_aligned] * 3
    + [_two_columns] * 4
    + [_one_line] * 3
    + [_above] * 2
    + [_stacked, _piped, _tabbed, _boxed, _bare, _bare, _marked]
)


def _joined(rows, gap):
    """Rows of pieces with a text between them."""
    out = []
    for number, row in enumerate(rows):
        if number:
            out.append((gap, None))
        out += row
    return out


_LETTERHEADS = [
    "{hosp}\n{addr}\n[Tel|Phone|T]: {phone:us}   Fax: {fax}\n",
    "{hosp:upper}\n{addr:block}\n[Main|Switchboard]: {phone:us}\n{url}\n",
    "{drsig:att}\n[{hosp}\n|]{addr:block}\n[Telephone|Office] {phone:us}  [Facsimile|Fax] {fax}\n",
    "          {hosp:upper}\n          {addr}\n          Ph {phone:us} / Fx {fax}\n",
    "{hosp} | {addr} | {phone:us}\n",
    "{hosp}\nDepartment of [Cardiology|Medicine|Surgery|Radiology|Neurology|Pathology|Paediatrics]\n{addr:block}\nEmail: {email:dr}\n",
    "*** {hosp:upper} ***\n{city}, {state}\n",
    "{hosp}\n{drn:att/fl}, {drn:b/fl}, {drn:c/fl}\n{street}, {city}\nAppointments: {phone:us}\n",
    "{dept}\n{hosp}\n{addr:block}\n",
    "{url}\n{hosp}\nP: {phone:us} F: {fax}\n",
]
_SIGNATURES = [
    "[Electronically signed by|Signed by|E-signed|Electronically authenticated by]:? {drsig:att} [on|at|] {datetime:visit}",
    "{drsig:att}\n[Attending Physician|Consultant|Staff Physician|Department of Medicine]\n[Pager {pager}|Pgr: {pager}|Beeper {pager}|{phone:us}|]",
    "Sincerely,\n\n{drsig:att}\n[{hosp}\n|]{phone:us}",
    "Dictated by: {drsig:att}\n[D|DD]: {datetime:visit}\nT: {datetime:visit}\n[Job|Job #|Job ID|Document]: {acc}\ncc: {drsig:pcp}[\n    {drsig:b}|]",
    "DICTATED BY: {drn:att/upper}\nTRANSCRIBED: {date:visit} BY {stn:a/init}\nCC: {dr:pcp}",
    "{st:a}\n{date:visit} {time}",
    "-- {drn:att/fl} {time}",
    "/s/ {drn:att/fl}",
    "[Seen and discussed with|Discussed with|D/w|Staffed with] {dr:att}.\n{drsig:b} (PGY-[1|2|3|4])[, pager {pager}| p{pager}|]",
    "Signed: {drn:att/fl}, {date:visit}[ {time}|]",
    "{drn:att/init}/{stn:a/init}\nD: {date:visit}  T: {date:visit}",
    "Kind regards\n{drn:att/fl}\n[NPI {npi}\n|][DEA {dea:att}\n|Lic. {lic}\n|]{email:dr}",
    "Reviewed by {dr:att} on {date:visit}. [Password authenticated by {user}.|]",
    "Authenticated by {drn:att/upper} on {date:visit} at {time}\nRef Phys: {drn:pcp/lf}",
    "I, {drsig:att}, [saw and examined the patient|was present for the key portions of the procedure] and agree with the note of {dr:b}.",
    "{drn:att/fl}\n[GMC|Licence|License #|Lic No|Provider No]: {lic}",
    "Attending: {drn:att/fl}     Resident: {drn:b/fl}",
    "{stn:a/init} {time}",
    "{st:a} / {st:b}",
    "Thank you,\n{stn:a/first}",
    "cc: {drsig:pcp}, {addr}\n    {dr:b}, fax {fax}",
    "SCRIBE: {stn:b/fl} acting for {dr:att} {date:visit}",
    "Verified by: {drsig:att} (user {user}) {datetime:visit}",
]
_FOOTERS = [
    "Page {n:1-3} of {n:3-9}",
    "Printed {datetime:now} by {user}",
    "CONFIDENTIAL - [contains protected health information|do not copy]. If received in error call {phone:us}.",
    "{pt:lf}   MRN {mrn}   Page {n:1-4}",
    "Report printed from workstation {ip} [({mac}) |]at {time}",
    "*** End of report ***",
    "{hosp}, {addr}",
    "cc: {drn:pcp/fl}; {drn:b/fl}; medical records",
    "View your results at {url}",
    "Patient: {pt}  DOB: {date:dob}  Printed: {date:now}",
    "Form {n:100-900}-A rev. {date:part}",
    "{mrn} {pt:upper} -- {n:1-9}/{n:9-12}",
    "Accessed by {user} from {ip} {date:now}",
]


def letterhead(case):
    """A letterhead."""
    return expand(case, case.rng.choice(_LETTERHEADS))


def signature(case):
    """A signature block."""
    return expand(case, case.rng.choice(_SIGNATURES))


def footer(case):
    """A footer, or nothing."""
    return expand(case, case.rng.choice(_FOOTERS)) if case.rng.random() < 0.45 else []


class HeaderSlots:
    """`{hdr:profile}`, `{letterhead}`, `{sig}`, `{foot}`."""

    def s_hdr(self, profile):
        return header(self, profile)

    def s_hdrs(self, profile):
        """A short header."""
        return header(self, profile, 1, 4)

    def s_hdrl(self, profile):
        """A long header."""
        return header(self, profile, 9, 16)

    def s_letterhead(self, _):
        return letterhead(self)

    def s_sig(self, _):
        return signature(self)

    def s_foot(self, _):
        return footer(self)
