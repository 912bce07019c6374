"""Hospitals, wards, insurers, employers and professions, made up but for common insurers' kinds."""

from .places import US_CITIES, town

_SAINTS = (
    "Mary Luke Joseph Francis Anne Elizabeth Vincent Jude Raphael Anthony Michael Barnabas Catherine Agnes "
    "Brigid Camillus Clare Peter Thomas"
).split()
_PRIDE = (
    "Mercy Providence Good_Samaritan Sacred_Heart Holy_Cross Trinity Lakeside Riverside Valley Highland "
    "Memorial Lutheran Methodist Baptist Adventist "
    "Beth_Israel Unity Harbor Cedar_Ridge Summit Northside Southgate Westview Eastbrook Bayside Pinecrest "
    "Grandview Hillcrest Oakwood Silver_Lake "
    "Evergreen Three_Rivers Blue_Mesa Prairie Desert_Willow Golden_Gate Great_Plains Tri-County Kindred_Hope Shepherd"
).split()
_PRIDE = [name.replace("_", " ") for name in _PRIDE]
_KINDS = [
    "Hospital",
    "Medical Center",
    "General Hospital",
    "Memorial Hospital",
    "Regional Medical Center",
    "Community Hospital",
    "Health Center",
    "Clinic",
    "Medical Group",
    "Children's Hospital",
    "Family Practice",
    "Health System",
    "Healthcare",
    "Rehabilitation Hospital",
    "Hospice",
    "Nursing Home",
    "Cancer Center",
    "Heart Institute",
    "Surgery Center",
    "Urgent Care",
    "Family Health Center",
    "Orthopaedic Associates",
    "Internal Medicine Associates",
    "Women's Hospital",
    "Infirmary",
    "Medical Centre",
    "Care Home",
    "Dialysis Center",
    "Pediatrics",
    "VA Medical Center",
    "Imaging Center",
    "Skilled Nursing Facility",
    "Manor",
    "Veterans Hospital",
    "Diagnostic Laboratories",
]


def hospital(rng, surname):
    """A hospital, clinic or home."""
    draw = rng.random()
    kind = rng.choice(_KINDS)
    if draw < 0.22:
        return f"{rng.choice(['St.', 'St', 'Saint'])} {rng.choice(_SAINTS)}{rng.choice(['', chr(39) + 's'])} {kind}"
    if draw < 0.45:
        return f"{rng.choice(_PRIDE)} {kind}"
    if draw < 0.62:
        return f"{rng.choice(US_CITIES)} {kind}"
    if draw < 0.75:
        return f"{town(rng)} {kind}"
    if draw < 0.88:
        return f"{surname} {kind}"
    if draw < 0.94:
        return (
            f"University of {rng.choice(US_CITIES)} {rng.choice(['Hospital', 'Medical Center', 'Hospitals', 'Health'])}"
        )
    return f"The {surname} {rng.choice(['Clinic', 'Centre', 'Institute', 'Hospital', 'Practice'])}"


def short_hospital(name):
    """The initials of a hospital, as staff say it."""
    letters = "".join(word[0] for word in name.replace("-", " ").split() if word[0].isupper() and word != "The")
    return letters if len(letters) > 2 else name


def department(rng, surname):
    """A ward or unit with a name or number of its own."""
    number = rng.randint(1, 14)
    return rng.choice(
        [
            f"{number} {rng.choice(['North', 'South', 'East', 'West', 'Tower', 'Main', 'NE'])}",
            f"Ward {number}{rng.choice('ABC')}",
            f"Ward {number}",
            f"{surname} {number}",
            f"{surname} Ward",
            f"{surname} Pavilion",
            f"{rng.choice(['Rainbow', 'Willow', 'Maple', 'Nightingale', 'Sunflower', 'Acorn', 'Kingfisher', 'Heron', 'Bluebell'])} {rng.choice(['Ward', 'Unit', 'Suite'])}",
            f"{rng.choice('ABCDE')}{number} {rng.choice(['Ward', 'unit'])}",
            f"Tower {number}",
            f"{surname} Building",
            f"Pod {rng.choice('ABCDEF')}",
            f"{number}{rng.choice('ABCDW')}",
            f"Unit {number}{rng.choice('NSEW')}",
            f"{surname} Wing",
            f"{surname} Center for {rng.choice(['Digestive Health', 'Cardiac Care', 'Spine Care', 'Breast Health', 'Diabetes'])}",
        ]
    )


def room(rng):
    """A room or bed."""
    return rng.choice(
        [
            str(rng.randint(100, 999)),
            str(rng.randint(1, 40)),
            f"{rng.randint(100, 999)}{rng.choice('ABDW')}",
            f"{rng.randint(100, 999)}-{rng.randint(1, 4)}",
            f"{rng.choice('ABCEN')}{rng.randint(100, 700)}",
            f"{rng.randint(2, 12)}-{rng.randint(10, 60)}",
            f"{rng.randint(1, 40)}{rng.choice('AB')}",
        ]
    )


_INSURERS = [
    name.replace("_", " ")
    for name in (
        "Blue_Ridge_Health_Plan Pinnacle_Mutual Meridian_Care Cascadia_HMO Northstar_Benefit "
        "Guardian_Trust_PPO Heartland_Advantage Keystone_Family_Care Summit_Choice "
        "Beacon_Health_Options Harborview_Insurance Liberty_Shield Coastal_Employers_Trust Aetna Cigna "
        "Humana UnitedHealthcare Kaiser_Permanente Anthem BCBS "
        "Blue_Cross_Blue_Shield TRICARE Molina_Healthcare Centene Bupa AXA Zenith_Assurance Amerigroup "
        "Tufts_Health_Plan HealthNet"
    ).split()
]
_FIRM_ENDS = [
    "Inc.",
    "LLC",
    "Corp.",
    "& Sons",
    "Industries",
    "Logistics",
    "Construction",
    "Foods",
    "Partners",
    "Group",
    "Manufacturing",
    "Co.",
    "Technologies",
    "Auto Body",
    "Bakery",
    "Farms",
    "Ltd",
    "Airlines",
    "Bank",
    "Trucking",
    "Elementary School",
    "High School",
    "University",
    "Police Department",
    "Fire Department",
    "School District",
    "Steel",
    "Hardware",
    "Supermarket",
    "Plumbing",
    "Church",
]
_CHARITIES = [
    "Red Cross",
    "Salvation Army",
    "Meals on Wheels",
    "Rotary Club",
    "YMCA",
    "Walmart",
    "Amazon",
    "Home Depot",
    "UPS",
    "FedEx",
    "US Army",
    "Boeing",
    "Ford",
    "Target",
    "Starbucks",
    "Google",
    "Child Protective Services",
    "Adult Protective Services",
    "Alcoholics Anonymous",
    "Department of Veterans Affairs",
    "Costco",
    "Tesco",
]


def insurer(rng):
    """A payer."""
    return rng.choice(_INSURERS)


def employer(rng, surname):
    """A firm, school, authority or charity."""
    draw = rng.random()
    if draw < 0.25:
        return rng.choice(_CHARITIES)
    start = surname if draw < 0.65 else rng.choice(US_CITIES) if draw < 0.8 else town(rng)
    return f"{start} {rng.choice(_FIRM_ENDS)}"


PROFESSIONS = [
    name.replace("_", " ")
    for name in (
        "teacher carpenter electrician plumber farmer truck_driver bus_driver taxi_driver accountant lawyer "
        "paralegal engineer software_engineer nurse pharmacist dentist "
        "firefighter police_officer soldier marine sailor fisherman logger miner welder machinist mechanic "
        "roofer painter bricklayer mason butcher baker chef line_cook "
        "waitress bartender cashier sales_clerk store_manager secretary receptionist librarian professor "
        "kindergarten_teacher school_principal social_worker priest pastor "
        "rabbi nun musician violinist actor journalist photographer graphic_designer architect surveyor "
        "pilot flight_attendant air_traffic_controller bookkeeper banker "
        "stockbroker real_estate_agent insurance_agent hairdresser barber seamstress tailor housekeeper "
        "janitor custodian security_guard postal_worker mail_carrier "
        "warehouse_worker forklift_operator factory_worker dairy_farmer beekeeper veterinarian zookeeper "
        "gardener landscaper florist jeweler cabinetmaker glazier "
        "crane_operator shipyard_worker steelworker boilermaker pipefitter foundry_worker textile_worker "
        "coal_miner oil_rig_worker train_conductor railroad_engineer "
        "judge court_reporter translator tour_guide personal_trainer ballet_dancer jockey lifeguard "
        "daycare_worker home_health_aide web_developer data_analyst "
        "chemist geologist physicist biologist paramedic radiology_technician medical_assistant "
        "graduate_student college_student homemaker cab_driver dishwasher"
    ).split()
]
