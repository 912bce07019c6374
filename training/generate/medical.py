"""Drugs, laboratory values, diseases, codes: the hard negatives of medicine, which identify nobody."""

DRUGS = [
    (name, doses.split(","))
    for name, doses in (
        entry.split(":")
        for entry in (
            "lisinopril:10 mg,20 mg|metoprolol tartrate:25 mg,50 mg|atorvastatin:40 mg,80 mg|metformin:500 mg,1000 mg|"
            "amlodipine:5 mg|furosemide:40 mg|gabapentin:300 mg|warfarin:5 mg,2.5 mg|apixaban:5 mg|"
            "sertraline:50 mg,100 mg|omeprazole:20 mg|levothyroxine:88 mcg,112 mcg|prednisone:20 mg|albuterol:90 mcg|"
            "hydrochlorothiazide:25 mg|clopidogrel:75 mg|aspirin:81 mg,325 mg|acetaminophen:650 mg|ibuprofen:600 mg|"
            "oxycodone:5 mg|morphine:2 mg|ondansetron:4 mg|ceftriaxone:1 g|vancomycin:1250 mg|"
            "piperacillin-tazobactam:3.375 g|azithromycin:250 mg|ciprofloxacin:500 mg|heparin:5000 units|"
            "enoxaparin:40 mg|insulin glargine:18 units|insulin lispro:4 units|Lantus:22 units|Humalog:6 units|"
            "Lasix:40 mg|Coumadin:3 mg|Eliquis:5 mg|Xarelto:20 mg|Plavix:75 mg|Lipitor:20 mg|Zocor:40 mg|"
            "Norvasc:10 mg|Zestril:5 mg|Lopressor:25 mg|Coreg:12.5 mg|Tylenol:500 mg|Motrin:400 mg|Percocet:5/325|"
            "Norco:10/325|Zofran:4 mg|Rocephin:2 g|Zosyn:4.5 g|Ativan:1 mg|Xanax:0.5 mg|Valium:5 mg|Haldol:5 mg|"
            "Seroquel:100 mg|Zyprexa:10 mg|Prozac:20 mg|Lexapro:10 mg|Effexor XR:75 mg|Wellbutrin XL:150 mg|"
            "Keppra:750 mg|Dilantin:100 mg|Depakote:500 mg|Lamictal:200 mg|Synthroid:50 mcg|Protonix:40 mg|"
            "Nexium:40 mg|Pepcid:20 mg|Flomax:0.4 mg|Proscar:5 mg|Aricept:10 mg|Namenda:10 mg|Sinemet:25/100|"
            "Spiriva:18 mcg|Advair:250/50|Symbicort:160/4.5|Singulair:10 mg|Humira:40 mg|Enbrel:50 mg|Remicade:5 mg/kg|"
            "Herceptin:6 mg/kg|Keytruda:200 mg|Opdivo:240 mg|Gleevec:400 mg|Plaquenil:200 mg|methotrexate:15 mg|"
            "allopurinol:300 mg|colchicine:0.6 mg|digoxin:0.125 mg|amiodarone:200 mg|diltiazem CD:180 mg|"
            "spironolactone:25 mg|potassium chloride:20 mEq|magnesium oxide:400 mg|folic acid:1 mg|"
            "cholecalciferol:2000 units|docusate:100 mg|senna:8.6 mg|polyethylene glycol:17 g|bisacodyl:10 mg|"
            "Premarin:0.625 mg|Depo-Provera:150 mg|Mirena IUD:52 mg|Nexplanon:68 mg|Jardiance:10 mg|Januvia:100 mg|"
            "Ozempic:0.5 mg|Trulicity:1.5 mg|Victoza:1.2 mg|Farxiga:10 mg|Entresto:49/51|Bumex:2 mg|Demadex:20 mg|"
            "tacrolimus:1 mg|mycophenolate:500 mg|St. John's wort:300 mg|Rose Bengal:stain|Epsom salts:1 cup|"
            "milk of magnesia:30 mL|Maalox:30 mL|Neosporin:ointment|Bactrim DS:1 tab|Augmentin:875 mg|Keflex:500 mg"
        ).split("|")
    )
]
FREQUENCIES = (
    "daily|BID|TID|QID|q4h|q6h PRN|q8h|q12h|qHS|nightly|every morning|weekly|PRN|once daily|twice a day|"
    "q4-6h prn pain|with meals|QOD|at bedtime|x 7 days|x 10 days|"
    "every Monday|on Mondays and Thursdays|every other day"
).split("|")
ROUTES = ["PO", "PO", "by mouth", "IV", "SC", "IM", "SL", "INH", "topical", "PR"]
_LABS = (
    "WBC:4:15:1 Hgb:7:16:1 Hct:22:48:1 Plt:60:420:0 Na:126:148:0 K:3:6:1 Cl:92:112:0 CO2:16:32:0 BUN:6:60:0 "
    "Cr:0:4:2 Glucose:60:410:0 Ca:7:11:1 Mg:1:3:1 Phos:2:6:1 AST:10:300:0 "
    "ALT:8:320:0 ALP:40:300:0 Tbili:0:6:1 Albumin:2:5:1 INR:0:4:2 PTT:22:80:1 Troponin:0:2:2 BNP:20:4000:0 "
    "Lactate:0:6:1 TSH:0:9:2 HbA1c:5:12:1 CRP:0:200:1 ESR:2:110:0 LDL:50:210:0 HDL:25:90:0 "
    "Triglycerides:60:480:0 PSA:0:12:2 Ferritin:8:900:0 Lipase:10:900:0 CK:30:3000:0 LDH:120:700:0 pH:6:7:2 "
    "pCO2:28:70:0 CEA:0:40:1 CA-125:5:400:0 D-dimer:200:4000:0 MCV:70:105:1"
).split()
LABS = [(name, int(low), int(high), int(places)) for name, low, high, places in (entry.split(":") for entry in _LABS)]
UNITS = {
    "WBC": "K/uL",
    "Hgb": "g/dL",
    "Hct": "%",
    "Plt": "K/uL",
    "Na": "mmol/L",
    "K": "mmol/L",
    "Cr": "mg/dL",
    "Glucose": "mg/dL",
    "BUN": "mg/dL",
    "AST": "U/L",
    "ALT": "U/L",
    "Troponin": "ng/mL",
    "BNP": "pg/mL",
    "Lactate": "mmol/L",
    "TSH": "uIU/mL",
    "HbA1c": "%",
    "Ca": "mg/dL",
    "CRP": "mg/L",
    "ESR": "mm/hr",
    "PSA": "ng/mL",
    "Ferritin": "ng/mL",
}
DISEASES = (
    "hypertension|type 2 diabetes mellitus|hyperlipidemia|coronary artery disease|congestive heart failure|"
    "atrial fibrillation|COPD|asthma|chronic kidney disease stage 3|GERD|osteoarthritis|"
    "hypothyroidism|major depressive disorder|generalized anxiety disorder|migraine|epilepsy|prior CVA|"
    "peripheral vascular disease|obstructive sleep apnea|rheumatoid arthritis|gout|BPH|"
    "iron deficiency anemia|cirrhosis|hepatitis C|HIV|breast cancer|colon cancer s/p hemicolectomy|prostate "
    "cancer|osteoporosis|diverticulosis|nephrolithiasis|psoriasis|SLE|multiple sclerosis|"
    "alcohol use disorder|deep vein thrombosis|pulmonary embolism|aortic stenosis|mitral regurgitation|"
    "hidradenitis|sarcoidosis|celiac disease|ulcerative colitis|PTSD|bipolar I disorder"
).split("|")
COMPLAINTS = (
    "chest pain|shortness of breath|abdominal pain|fever and chills|headache|dizziness|low back pain|nausea "
    "and vomiting|syncope|palpitations|cough|leg swelling|dysuria|hematuria|weakness|"
    "right knee pain|fall|altered mental status|rash|sore throat|ear pain|blurred vision|rectal bleeding|"
    "diarrhea|left hip pain|numbness of the right hand|suicidal ideation|laceration of the left hand"
).split("|")
ORGANISMS = (
    "E. coli|S. aureus|MRSA|Klebsiella pneumoniae|Pseudomonas aeruginosa|Streptococcus pyogenes|C. difficile|"
    "H. pylori|Candida albicans|Enterococcus faecalis|Salmonella typhi|Listeria|Bordetella|"
    "Borrelia burgdorferi|Rickettsia|Brucella melitensis|Bartonella henselae|Yersinia|Shigella|Neisseria "
    "meningitidis|Proteus mirabilis|Serratia marcescens|Legionella"
).split("|")
GENES = (
    "BRCA1|BRCA2|TP53|KRAS G12D|EGFR exon 19|HER2|ALK|BRAF V600E|JAK2 V617F|APC|MLH1|CFTR F508del|HLA-B27|FMR1|"
    "PIK3CA|RET|NF1|MYH7|LDLR|SCN1A|FGFR3|IDH1 R132H|Sonic Hedgehog"
).split("|")
CODES = (
    "ICD-10 {I}|ICD-10: {I}|CPT {C}|CPT {C}-59|SNOMED CT {S}|LOINC {L}|HCPCS J{N4}|DRG {N3}|({I})|Dx {I}|Z79.4|E11.9|I10|CPT 99213|CPT 99285|HCPCS G0439|RxNorm {N6}|NDC {N5}-{N4}-{N2}"
).split("|")
