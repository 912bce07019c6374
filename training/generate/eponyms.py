"""Eponyms of medicine with their heads: signs, scales, diseases, parts of the body, devices. They identify nobody."""

# name:head,head; name:head
_TABLE = """
Babinski:sign,reflex; Murphy:sign; Homans:sign; Brudzinski:sign; Kernig:sign; Rovsing:sign; McBurney:point;
Courvoisier:sign,gallbladder; Cullen:sign; Grey Turner:sign; Trousseau:sign,syndrome; Chvostek:sign; Tinel:sign;
Phalen:test,maneuver; Lachman:test; McMurray:test; Thomas:test,splint; Trendelenburg:sign,gait,position;
Romberg:test,sign; Hoffmann:sign; Lhermitte:sign; Spurling:test; Hawkins:test; Neer:sign; Finkelstein:test;
Allen:test; Weber:test,B ankle fracture; Rinne:test; Dix-Hallpike:maneuver; Epley:maneuver; Valsalva:maneuver;
Leopold:maneuvers; Ortolani:sign; Barlow:maneuver; Gower:sign; Gowers:sign; Nikolsky:sign; Auspitz:sign;
Kussmaul:respirations,sign; Cheyne-Stokes:respirations,breathing; Biot:breathing; Beck:triad,Depression Inventory;
Charcot:joint,triad,foot; Virchow:node,triad; Osler:nodes; Janeway:lesions; Roth:spots,net; Heberden:nodes;
Bouchard:nodes; Bitot:spots; Koplik:spots; Kayser-Fleischer:ring; Argyll Robertson:pupil; Marcus Gunn:pupil;
Holmes-Adie:pupil; Horner:syndrome; Bell:palsy; Erb:palsy; Todd:paralysis; Parkinson:disease;
Alzheimer:disease,dementia; Huntington:disease,chorea; Creutzfeldt-Jakob:disease; Lewy:body dementia,bodies;
Pick:disease; Wilson:disease; Graves:disease; Hashimoto:thyroiditis; Addison:disease;
Cushing:syndrome,disease,ulcer; Conn:syndrome; Crohn:disease; Hirschsprung:disease; Meckel:diverticulum;
Zenker:diverticulum; Barrett:esophagus; Mallory-Weiss:tear; Boerhaave:syndrome; Schatzki:ring;
Whipple:procedure,disease; Billroth:II reconstruction; Roux:limb; Nissen:fundoplication; Heller:myotomy;
Hartmann:procedure,pouch,solution; Kocher:incision,clamp; Pfannenstiel:incision; Lichtenstein:repair;
Bassini:repair; Hodgkin:lymphoma,disease; Burkitt:lymphoma; Sezary:syndrome; Waldenstrom:macroglobulinemia;
Kaposi:sarcoma; Ewing:sarcoma; Wilms:tumor; Krukenberg:tumor; Pancoast:tumor; Merkel:cell carcinoma; Paget:disease;
Bowen:disease; Warthin:tumor; Peutz-Jeghers:syndrome; Lynch:syndrome; Li-Fraumeni:syndrome;
von Hippel-Lindau:disease; Sturge-Weber:syndrome; Klippel-Trenaunay:syndrome; Marfan:syndrome;
Ehlers-Danlos:syndrome; Turner:syndrome; Klinefelter:syndrome; Down:syndrome; Edwards:syndrome; Patau:syndrome;
Prader-Willi:syndrome; Angelman:syndrome; Noonan:syndrome; Williams:syndrome; DiGeorge:syndrome; Rett:syndrome;
Tourette:syndrome; Asperger:syndrome; Duchenne:muscular dystrophy; Becker:muscular dystrophy;
Charcot-Marie-Tooth:disease; Friedreich:ataxia; Guillain-Barre:syndrome; Miller Fisher:syndrome;
Lambert-Eaton:syndrome; Brown-Sequard:syndrome; Wallenberg:syndrome; Wernicke:encephalopathy,area;
Korsakoff:syndrome; Broca:area,aphasia; Arnold-Chiari:malformation; Chiari:I malformation;
Dandy-Walker:malformation; Meniere:disease; Sjogren:syndrome; Raynaud:phenomenon; Behcet:disease; Kawasaki:disease;
Takayasu:arteritis; Buerger:disease; Wegener:granulomatosis; Goodpasture:syndrome; Alport:syndrome; Berger:disease;
Fanconi:syndrome,anemia; Bartter:syndrome; Henoch-Schonlein:purpura; von Willebrand:disease,factor;
Bernard-Soulier:syndrome; Christmas:disease; Fabry:disease; Gaucher:disease; Tay-Sachs:disease;
Niemann-Pick:disease; Pompe:disease; Gilbert:syndrome; Crigler-Najjar:syndrome; Dubin-Johnson:syndrome;
Budd-Chiari:syndrome; Caroli:disease; Eisenmenger:syndrome; Brugada:syndrome,pattern;
Wolff-Parkinson-White:syndrome; Dressler:syndrome; Takotsubo:cardiomyopathy; Prinzmetal:angina; Ebstein:anomaly;
Wenckebach:block; Osler-Weber-Rendu:syndrome; Loeffler:syndrome; Stevens-Johnson:syndrome; Sweet:syndrome;
Lyme:disease; Chagas:disease; Hansen:disease; Pott:disease,fracture; Ludwig:angina; Fournier:gangrene;
Lemierre:syndrome; Vincent:angina; Osgood-Schlatter:disease; Legg-Calve-Perthes:disease; Scheuermann:disease;
Baker:cyst; Morton:neuroma; Dupuytren:contracture; Colles:fracture; Smith:fracture; Monteggia:fracture;
Galeazzi:fracture; Bennett:fracture; Jones:fracture,criteria; Lisfranc:injury; Jefferson:fracture; Chance:fracture;
Hill-Sachs:lesion; Bankart:lesion; Salter-Harris:II fracture; Le Fort:I fracture; Maisonneuve:fracture;
Segond:fracture; Achilles:tendon,tendinopathy; Bartholin:gland,cyst; Skene:gland; Cowper:gland; Douglas:pouch;
Morison:pouch; Gerota:fascia; Scarpa:fascia; Glisson:capsule; Oddi:sphincter; Vater:ampulla; Langerhans:islets;
Purkinje:fibers; Bowman:capsule; Henle:loop; Reed-Sternberg:cells; Howell-Jolly:bodies; Heinz:bodies; Auer:rods;
Bence Jones:protein; Pap:smear; Papanicolaou:stain; Gram:stain; Giemsa:stain; Wright:stain; Ziehl-Neelsen:stain;
Coombs:test; Schilling:test; Mantoux:test; Apgar:score; Bishop:score; Glasgow:Coma Scale; Glasgow-Blatchford:score;
Wells:score,criteria; Geneva:score; Ranson:criteria; Child-Pugh:class B; Forrest:class IIa; Killip:class II;
Duke:criteria; Light:criteria; Centor:score; Ottawa:ankle rules; Canadian:C-spine rule; Gleason:score 3+4;
Breslow:depth; Clark:level IV; Braden:scale; Morse:fall scale; Norton:scale;
Hamilton:depression scale,anxiety scale; Edinburgh:postnatal depression scale; Hunt-Hess:grade 2; Fisher:grade 3;
Rankin:scale; Barthel:index; Katz:index; Lawton:IADL scale; Tinetti:gait score,balance score; Berg:balance scale;
Borg:dyspnea scale; Karnofsky:performance status; Ashworth:scale; Mallampati:class II; Cormack-Lehane:grade 1;
Aldrete:score; Rutherford:class 3; Fontaine:stage IIb; Garden:III fracture; Gustilo:type II;
Schatzker:IV plateau fracture; Kellgren-Lawrence:grade 3; Outerbridge:grade II; Los Angeles:grade B esophagitis;
Paris:classification; Boston:bowel prep scale; Bristol:stool scale; Tanner:stage 3; Fitzpatrick:skin type II;
Wagner:grade 2 ulcer; Ballard:score; Kramer:zone 2; Spetzler-Martin:grade; Stanford:type B dissection;
Crawford:extent II; Bosniak:IIF cyst; Foley:catheter; Hickman:line,catheter; Broviac:catheter; Swan-Ganz:catheter;
Tenckhoff:catheter; Quinton:catheter; Groshong:catheter; Jackson-Pratt:drain; Penrose:drain; Blake:drain;
Hemovac:drain; Malecot:drain; Yankauer:suction; Dobhoff:tube; Salem:sump; Sengstaken-Blakemore:tube;
Minnesota:tube; Shiley:tracheostomy; Bivona:tracheostomy; Ambu:bag; Miller:blade; Macintosh:blade; Veress:needle;
Tuohy:needle; Whitacre:needle; Kirschner:wires; Steinmann:pin; Hoffa:fat pad; Ilizarov:frame; Philadelphia:collar;
Miami:J collar; Aspen:collar; Hoyer:lift; Holter:monitor; Bovie:cautery; Kelly:clamp; Allis:clamp; Babcock:forceps;
Debakey:forceps; Metzenbaum:scissors; Mayo:scissors; Balfour:retractor; Weitlaner:retractor; Bookwalter:retractor;
Finochietto:retractor; Adson:forceps,test; Keith:needle; Greenfield:filter; Dacron:graft; Gore-Tex:patch;
Harrington:rods; Austin Moore:prosthesis; Charnley:hip; Starr-Edwards:valve; Bjork-Shiley:valve; St. Jude:valve;
Carpentier-Edwards:bioprosthesis; Amplatz:wire; Judkins:catheter; Seldinger:technique; Bentall:procedure;
Ross:procedure; Fontan:circulation,procedure; Norwood:procedure; Blalock-Taussig:shunt; Glenn:shunt;
Maze:procedure; Burch:colposuspension; McDonald:cerclage; Shirodkar:cerclage; Bakri:balloon; Kegel:exercises;
Lamaze:classes; Mohs:surgery; Ivor Lewis:esophagectomy; Whitmore:stage; Latarjet:procedure; Brostrom:repair;
Z-plasty:closure; Buck:traction; Russell:traction; Milwaukee:brace; Denis Browne:splint; Doppler:ultrasound,study;
Bruce:protocol; Roentgen:units; Hounsfield:units; Bethesda:category III; Ann Arbor:stage II; Nottingham:grade 2;
Lauren:classification; Haggitt:level; Dukes:stage B; Fuhrman:grade 2; Masaoka:stage; Rai:stage 0; Binet:stage A;
Durie-Salmon:stage; Cobb:angle; Baumann:angle; Kerley:B lines; Westermark:sign; Hampton:hump; Chilaiditi:sign;
Rigler:sign; Schmorl:node; Tarlov:cyst; Modic:type 1 changes; Risser:sign; Gartland:type III; Young-Burgess:APC II;
Bishop-Koop:ileostomy; Malone:stoma; Mitrofanoff:stoma; Whitaker:test; Kasai:procedure; Duhamel:procedure;
Soave:procedure; Thiersch:graft; Mueller-Hinton:agar; Tanzer:ear; Moro:reflex; Galant:reflex; Perez:reflex;
Landau:reflex; Moebius:syndrome,sign; Pierre Robin:sequence; Treacher Collins:syndrome; Goldenhar:syndrome;
Beckwith-Wiedemann:syndrome; Potter:sequence; Epstein:pearls; Mongolian:spots; Kleihauer-Betke:test;
Rh Bart:hemoglobin; Barr:body; Epstein-Barr:virus; Coxsackie:virus; Norwalk:virus; West Nile:virus; Zika:virus;
Hendra:virus; Marburg:virus; Ringer:lactate; Dakin:solution; Burow:solution; Lugol:iodine; Castile:soap;
Betadine:prep; Robinson:catheter; Coude:catheter; Councill:catheter; Dormia:basket; Maloney:dilator;
Savary:dilator; Hurst:dilator; Wechsler:scale; Rorschach:test; Stroop:test; Snellen:chart; Ishihara:plates;
Amsler:grid; Goldmann:tonometry; Schirmer:test; Seidel:test; Humphrey:visual field; Jaeger:card;
Montreal:Cognitive Assessment; Denver:developmental screen; Vineland:scales; Conners:rating scale;
Columbia:suicide scale; Young:mania scale; Addenbrooke:cognitive exam; Rockall:score; Alvarado:score;
Maddrey:score; Lille:score; Ishak:stage; Milan:criteria; Amsterdam:criteria; Rome:IV criteria; Rotterdam:criteria;
Nugent:score; Spiegelberg:criteria; Framingham:risk score; Killian:triangle; Hesselbach:triangle; Calot:triangle;
Cooper:ligament; Treitz:ligament; Poupart:ligament; Camper:fascia; Denonvilliers:fascia; Batson:plexus;
Kiesselbach:plexus; Stensen:duct; Wharton:duct,jelly; Eustachian:tube; Fallopian:tube; Mullerian:duct;
Gartner:duct cyst; Wolffian:remnant; Nabothian:cyst; Hunner:ulcer; Curling:ulcer; Marjolin:ulcer; Cameron:lesions;
Dieulafoy:lesion; Kohler:disease; Kienbock:disease; Freiberg:disease; Panner:disease; Sever:disease;
Blount:disease; Perthes:disease; Haglund:deformity; Madelung:deformity; Sprengel:deformity; Volkmann:contracture;
Ledderhose:disease; Peyronie:disease; Mondor:disease; Ormond:disease; Riedel:thyroiditis;
De Quervain:tenosynovitis,thyroiditis; Tietze:syndrome; Bornholm:disease; Hamman:sign,crunch; Hering:breuer reflex;
Traube:space; Castell:sign; Kehr:sign; Carnett:sign; Dance:sign; Fothergill:sign; Markle:test; Ober:test;
Faber:test; Patrick:test; Gaenslen:test; Lasegue:sign; Yergason:test; Speed:test; Jobe:test; Thompson:test;
Simmonds:test; Mulder:click; Schober:test; Froment:sign; Wartenberg:sign; Battle:sign; Bryant:sign;
Hutchinson:sign,teeth; Darier:sign; Wickham:striae; Mees:lines; Beau:lines; Terry:nails; Lindsay:nails;
Muehrcke:lines; Kveim:test; Rumpel-Leede:sign; Corrigan:pulse; Duroziez:sign; Quincke:pulse; Musset:sign;
Austin Flint:murmur; Graham Steell:murmur; Carvallo:sign; Still:murmur,disease; Ewart:sign; Levine:sign;
Frank:sign; Dahl:sign; Hoover:sign; Harrison:sulcus; Pemberton:sign; Stellwag:sign; Jod-Basedow:phenomenon;
Somogyi:effect; Nelson:syndrome; Sheehan:syndrome; Kallmann:syndrome; Laron:syndrome; McCune-Albright:syndrome;
Hand-Schuller-Christian:disease; Rosai-Dorfman:disease; Castleman:disease; Kikuchi:disease;
Erdheim-Chester:disease; Felty:syndrome; Caplan:syndrome; Reiter:syndrome; Cogan:syndrome; Susac:syndrome;
Vogt-Koyanagi-Harada:disease; Coats:disease; Stargardt:disease; Leber:optic neuropathy; Charles Bonnet:syndrome;
Anton:syndrome; Balint:syndrome; Gerstmann:syndrome; Capgras:delusion; Fregoli:delusion; Cotard:delusion;
Ganser:syndrome; Munchausen:syndrome; Stockholm:syndrome
"""
EPONYMS = [
    (name.strip(), head)
    for name, heads in (entry.split(":") for entry in _TABLE.split(";"))
    for head in heads.strip().split(",")
]
EPONYM_NAMES = sorted({name for name, _ in EPONYMS})
_NOT_SURNAMES = {
    "Canadian",
    "Lyme",
    "Mongolian",
    "Eustachian",
    "Fallopian",
    "Mullerian",
    "Wolffian",
    "Nabothian",
    "Z-plasty",
    "Takotsubo",
    "Dacron",
    "Gore-Tex",
    "Betadine",
    "Castile",
}
EPONYM_SURNAMES = [name for name in EPONYM_NAMES if " " not in name and "-" not in name and name not in _NOT_SURNAMES]
_POSSESSIVE = (
    "sign",
    "disease",
    "syndrome",
    "test",
    "point",
    "palsy",
    "triad",
    "criteria",
    "node",
    "nodes",
    "ulcer",
    "contracture",
    "cyst",
    "tumor",
    "sarcoma",
)


_KINDS = {
    "sign": "sign reflex test maneuver triad spots nodes murmur pulse gait pupil ring click crunch lines respirations".split(),
    "device": "catheter line drain tube tracheostomy frame filter shunt valve pin wires splint brace collar traction sump balloon".split(),
    "procedure": "procedure fundoplication myotomy repair reconstruction esophagectomy cerclage surgery incision graft colposuspension ileostomy "
    "technique".split(),
    "disease": "disease syndrome palsy lymphoma sarcoma tumor thyroiditis arteritis fracture contracture tenosynovitis anomaly ataxia "
    "angina encephalopathy gangrene ulcer cyst neuroma purpura virus".split(),
}
BY_KIND = {kind: [pair for pair in EPONYMS if pair[1].split()[0] in heads] for kind, heads in _KINDS.items()}


def eponym(rng, kind=""):
    """An eponym with its head, of a kind if given, at times possessive."""
    name, head = rng.choice(BY_KIND[kind] if kind else EPONYMS)
    if head.split()[0] in _POSSESSIVE and name[-1] != "s" and rng.random() < 0.35:
        return f"{name}'s {head}"
    return f"{name} {head}"
