"""German held-out texts: names, places and layouts."""

from common import checks

from . import people_data as people
from .values import Facts

GERMAN_BANKS = {
    "verlauf": ["Der postoperative Verlauf war komplikationslos.", "Unter Ramipril 5 mg und Torasemid 10 mg besserte sich die Dyspnoe.", "Am {day:recent} erfolgte die Verlegung auf {ward}.", "Rücksprache mit {anrede:2} am {day:recent}.", "Die {kw:1} {k:1} wurde informiert.", "Die Drainage nach Redon wurde entfernt.", "Im Langzeit-EKG kein Wenckebach-Block.", "Der Murphy-Test war negativ."],
    "befund": ["RR {n:100-180}/{n:60-100} mmHg, Puls {n:50-110}/min.", "Babinski beidseits negativ.", "Lasègue rechts bei {n:30-60}° positiv.", "Abdomen weich, kein Druckschmerz am McBurney-Punkt.", "GCS 15, pupillen isokor.", "Ödeme prätibial.", "Hb {n:8-16},{n:0-9} g/dl, Kreatinin 1,{n:0-9} mg/dl, CRP {n:1-200} mg/l.", "Bandscheibenvorfall L4/5 mit Kontakt zur Wurzel L5.", "Histologie (E-Nr. {lab}): Adenokarzinom pT2 N0 M0, G2."],
    "anamnese": ["seit zwei Wochen bestehende Oberbauchschmerzen", "Belastungsdyspnoe NYHA III", "einen Sturz im Haushalt am {day:recent}", "rezidivierende Synkopen", "einen bekannten Morbus Parkinson", "einen M. Crohn", "Schwindel und Übelkeit"],
}
GERMAN_LAYOUTS = {
    "de_brief": "{clinic}\n{street}, {zip} {town}\nTel. {tel}  Fax {fax}\n\n{town}, den {day:}\n\nSehr geehrte Frau Kollegin, sehr geehrter Herr Kollege,\n\nwir berichten über {herr} {p:a}, geb. am {day:born}, wohnhaft {street:x}, {zip} {town:x}, {der} sich vom {day:recent} bis {day:} in unserer stationären Behandlung befand.\n\nDiagnosen: Morbus Crohn, arterielle Hypertonie.\n\nAnamnese: {der2} {age}-jährige {patient} klagte über {#anamnese}. {#verlauf}\n\nBefund: {#befund*3}\n\nVerlauf: {#verlauf*3}\n\nMit freundlichen Grüßen\n\n{dr:1}\nChefarzt",
    "de_kopf": "Patient: {p:b}\nGeburtsdatum: {day:born}\nPat.-Nr.: {chart}\nFallnummer: {visit}\nKrankenkasse: {payer}  Vers.-Nr.: {kvnr}\nAufnahme: {day:recent}  Entlassung: {day:}\nStation: {ward}  Zimmer: {bed}\nBehandelnder Arzt: {dr:1}\n\n{#befund*3} {#verlauf*2}",
    "de_notaufnahme": "Notaufnahme {day:} {clock} Uhr\n{p:b}, {age} J., {chart}\nGrund der Vorstellung: {#anamnese}. {#befund*2}\nAngehörige: {k:1/a} ({kw:1}), {tel}\nHausarzt: {dr:2}, {town:x}\nAufnahme auf {ward}. {d:1/last}",
    "de_radiologie": "Röntgen Thorax vom {day:}\nName: {p:b}  *{day:born}\nAuftrag: {lab}   Zuweiser: {dr:2}\nVoraufnahme vom {day:past}. Herz normal groß, kein Erguss. Kerley-Linien nicht abgrenzbar. BWK 7 höhengemindert.\nBeurteilung: kein Infiltrat.\n{d:1/a}, Facharzt für Radiologie",
    "de_op": "OP-Bericht\nPat. {p:a}, geb. {day:born}\nOP-Datum {day:}\nOperateur: {d:1/a}   Assistenz: {d:2/a}   Anästhesie: {d:3/a}   OP-Schwester: {s:1}\nEingriff: Hernienversorgung nach Lichtenstein. Schnitt nach Pfannenstiel. Redon Ch 10. Netz Charge {serial}.\n{#verlauf}",
    "de_pflege": "Pflegebericht {ward} Zi. {bed}\n{p:last}, {p:first}\n{clock} Vitalzeichen stabil, DK fördert 400 ml. {clock} {kw:1} {k:1/first} zu Besuch. {clock} {anrede:1} informiert. Hz. {s:1/ini}",
    "de_reha": "Reha-Entlassungsbericht: {herr} {p:last}, {age} Jahre, von Beruf {job}, lebt mit {kw:1} {k:1} in {town}. {#befund*2} Barthel-Index {n:50-100}. Ansprechpartner: {s:1/a}, {mail:s}, {tel}.",
    "de_mail": "Von: {s:1/a} <{mail:s}>\nAn: {d:1/a} <{mail:d}>\nDatum: {day:} {clock}\nBetreff: {p:b}\n\nHallo {herrd:1},\nkönnen Sie {herr} {p:last} am {day:next} um {clock} Uhr sehen? Erreichbar unter {tel}. IBAN für die Rechnung: {iban}.\nGruß, {s:1/first}",
    "de_au": "Arbeitsunfähigkeitsbescheinigung\nName: {p:b}\ngeb.: {day:born}\n{street}\n{zip} {town}\nArbeitgeber: {firm}\nArbeitsunfähig seit {day:recent} bis {day:next}\nfestgestellt am {day:}\nArzt-Nr. {lanr}   {d:1/a}",
    "de_frei": "{der2} {age}-jährige {patient} {p:last} stellte sich vor; angegeben wurde {#anamnese}. {#befund*3} {#verlauf*3} Kontrolle bei {anrede:2} am {day:next}.",
    "de_medizin": "{#befund*5} Morbus Bechterew, Basedow und Cushing ausgeschlossen. Gabe von Heparin 5000 IE. Apgar 9/10/10.",
}


class GermanFacts(Facts):
    """German forms of the values."""

    def forename(self, sex):
        return self.rng.choice(people.GERMAN_F if sex == "F" else people.GERMAN_M)

    def surname(self):
        return self.rng.choice(people.GERMAN_SURNAMES)

    def date_forms(self):
        return ["%d.%m.%Y", "%d.%m.%Y", "%d.%m.%y", "%-d.%-m.%Y", "%Y-%m-%d"]

    def v_day(self, which):
        text, kind = super().v_day("past" if which == "part" else which)
        return (text, kind)

    def v_clock(self, _):
        return (f"{self.rng.randint(0, 23):02}{self.rng.choice([':', '.'])}{self.rng.randint(0, 59):02}", "time")

    def clinic_name(self):
        return self.rng.choice(["Klinikum", "Krankenhaus", "St.-Marien-Hospital", "Universitätsklinikum", "Kreisklinik", "Evangelisches Krankenhaus", "Rehaklinik"]) + " " + self.v_town("x")[0]

    def v_town(self, which):
        draw = lambda: self.rng.choice("Aurich Emden Leer Cloppenburg Vechta Soest Lippstadt Meschede Bochum Gummersbach Siegen Wetzlar Limburg Idar-Oberstein Pirmasens Landau Rastatt Offenburg Tuttlingen Biberach Kempten Memmingen Straubing Passau Amberg Hof Plauen Zwickau Bautzen Cottbus Stendal Schwerin Wismar Stralsund Itzehoe Husum".split())
        return (draw() if which else self.once("town", draw), "city")

    def v_street(self, which):
        draw = lambda: self.rng.choice(["Lindenstraße", "Am Alten Markt", "Goethestr.", "Bahnhofstraße", "Kirchweg", "Birkenallee", "An der Mühle", "Schützenstr.", "Fliederweg", "Hauptstraße"]) + f" {self.rng.randint(1, 140)}{self.rng.choice(['', '', 'a', 'c'])}"
        return (draw() if which else self.once("street", draw), "street")

    def v_zip(self, _):
        return (checks.digits(self.rng, 5), "zip")

    def v_tel(self, _):
        d = lambda count: checks.digits(self.rng, count)
        return (self.rng.choice([f"0{d(4)} / {d(5)}", f"0{d(3)}-{d(7)}", f"+49 {d(3)} {d(6)}", f"0151 {d(8)}", f"0{d(4)}/{d(3)}-{d(2)}"]), "phone")

    def v_fax(self, _):
        return (f"0{checks.digits(self.rng, 4)} / {checks.digits(self.rng, 5)}", "fax")

    def v_ward(self, _):
        return (self.rng.choice(["Station 3B", "Station C2", "Station Sonnenschein", "Station 12", "ITS 1", "Haus 4", "Station Virchow"]), "department")

    def v_payer(self, _):
        return (self.rng.choice(["AOK", "Barmer", "TK", "DAK-Gesundheit", "IKK classic", "Debeka"]), "organization")

    def v_firm(self, _):
        return (self.rng.choice(["Stahlbau Brinkmann GmbH", "Stadtwerke Leer", "Bäckerei Tränkle", "Möbelhaus Kurz KG", "Grundschule am Deich"]), "organization")

    def v_job(self, _):
        return (self.rng.choice("Dachdecker Lehrerin Schlosser Bäckermeister Landwirt Verkäuferin Rentner Maurer Altenpflegerin Beamter".split()), "profession")

    def _kin(self, role):
        return self.once("kin " + role, lambda: self.rng.choice([("Tochter", "F"), ("Sohn", "M"), ("Ehefrau" if self.sex == "M" else "Schwester", "F"), ("Bruder", "M"), ("Nichte", "F")]))

    def v_kvnr(self, _):
        return (self.digits("A999999999"), "health-plan")

    def v_lanr(self, _):
        return (self.digits("999999999"), "licence")

    def v_herr(self, _):
        return self.rng.choice(["Frau", "Frau", "Fr."]) if self.sex == "F" else self.rng.choice(["Herrn", "Hr."])

    def v_herrd(self, role):
        human = self.human("doc" + role)
        return [("Frau Dr. " if human[3] == "F" else "Herr Dr. ", None), (human[2], "doctor")]

    def v_anrede(self, role):
        """A doctor with title, in the dative."""
        human = self.human("doc" + role)
        return [(self.rng.choice(["Frau Dr. ", "Frau OÄ "] if human[3] == "F" else ["Herrn Dr. ", "OA Dr. ", "Dr. "]), None), (human[2], "doctor")]

    def v_dr(self, role):
        return [(self.rng.choice(["Dr. med. ", "Prof. Dr. ", "Dr. ", "PD Dr. med. "]), None), self.v_d(role + "/a")]

    def v_der(self, _):
        return "die" if self.sex == "F" else "der"

    def v_der2(self, _):
        return "Die" if self.sex == "F" else "Der"

    def v_patient(self, _):
        return "Patientin" if self.sex == "F" else "Patient"
