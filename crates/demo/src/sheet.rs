//! Prescriptions as an Excel workbook: record numbers stored as numbers, dates as serial days,
//! and identifiers where a reader does not see them (a hidden sheet, cell comments, the author).

use std::path::{Path, PathBuf};

use anonymed_core::EntityType as E;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Note, Workbook};

use crate::DemoError;
use crate::calendar::plus_days;
use crate::cell::{Cell, dated, plain, planted};
use crate::dice::Dice;
use crate::hospital::Hospital;
use crate::notes::Scene;
use crate::patient::Patient;
use crate::prose::Prose;
use crate::truth::{Spot, Truth};

/// Patients in one workbook; the next ones open another, which bounds the memory.
const PATIENTS_PER_BOOK: u32 = 10_000;

const VISIBLE: &str = "Medications";
const HIDDEN: &str = "_lookup";

const HEADERS: [&str; 11] = [
    "Patient MRN",
    "Patient",
    "Drug",
    "ATC",
    "Strength",
    "Form",
    "Directions",
    "Qty",
    "Start date",
    "Last filled",
    "Prescriber",
];
const LOOKUP: [&str; 4] = ["MRN", "Name", "SSN", "Phone"];

/// The workbook being written.
pub(crate) struct Workbooks {
    dir: PathBuf,
    number: u32,
    book: Workbook,
    rows: u32,
    lookups: u32,
    date: Format,
    comments: Vec<&'static str>,
    author: String,
}

fn new_book() -> Result<Workbook, DemoError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(VISIBLE)?;
    for (column, header) in HEADERS.iter().enumerate() {
        sheet.write_string(0, column as u16, *header)?;
    }
    sheet.set_column_width(1, 24)?.set_column_width(6, 36)?;
    let hidden = book.add_worksheet();
    hidden.set_name(HIDDEN)?.set_hidden(true);
    for (column, header) in LOOKUP.iter().enumerate() {
        hidden.write_string(0, column as u16, *header)?;
    }
    Ok(book)
}

impl Workbooks {
    /// Opens the first workbook.
    pub(crate) fn create(dir: &Path, hospital: &Hospital) -> Result<Self, DemoError> {
        let clerk = &hospital.nurses()[hospital.nurses().len() - 1];
        Ok(Self {
            dir: dir.to_owned(),
            number: 1,
            book: new_book()?,
            rows: 0,
            lookups: 0,
            date: Format::new().set_num_format("yyyy-mm-dd"),
            comments: include_str!("../data/comments.txt").lines().collect(),
            author: clerk.full(),
        })
    }

    fn name(&self) -> String {
        match self.number {
            1 => "medications.xlsx".to_owned(),
            n => format!("medications_{n}.xlsx"),
        }
    }

    /// Writes a patient's rows.
    pub(crate) fn patient(
        &mut self,
        hospital: &Hospital,
        patient: &Patient,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        if patient.index > 0 && patient.index.is_multiple_of(PATIENTS_PER_BOOK) {
            self.save(truth)?;
            self.number += 1;
            self.book = new_book()?;
            (self.rows, self.lookups) = (0, 0);
        }
        let mut dice = Dice::new(hospital.options().seed, "sheet", u64::from(patient.index));
        for encounter in &patient.encounters {
            for prescription in &encounter.prescriptions {
                self.prescription(hospital, patient, encounter.doctor, prescription, truth)?;
                if dice.percent(6.0) {
                    self.comment(hospital, patient, &mut dice, truth)?;
                }
            }
        }
        if dice.percent(20.0) {
            self.lookup(patient, truth)?;
        }
        Ok(())
    }

    fn prescription(
        &mut self,
        hospital: &Hospital,
        patient: &Patient,
        doctor: usize,
        prescription: &crate::Prescription,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        self.rows += 1;
        let medicine = prescription.medicine;
        let filled = plus_days(prescription.start, 1);
        let cells = [
            planted(E::Mrn, &patient.who.mrn),
            planted(E::Patient, format!("{}, {}", patient.who.last, patient.who.first)),
            plain(&medicine.name),
            plain(&medicine.atc),
            plain(&medicine.strength),
            plain(&medicine.form),
            plain(&medicine.sig),
            plain(medicine.qty.to_string()),
            dated(prescription.start, "iso"),
            dated(filled, "dmon"),
            planted(E::Doctor, hospital.doctors()[doctor].full()),
        ];
        let (row, date) = (self.rows, self.date.clone());
        let sheet = self.book.worksheet_from_name(VISIBLE)?;
        for (column, cell) in cells.iter().enumerate() {
            let at = column as u16;
            match column {
                0 | 7 => sheet.write_number(row, at, cell.text().parse::<f64>().unwrap_or(0.0))?,
                8 => {
                    let day = ExcelDateTime::parse_from_str(cell.text())?;
                    sheet.write_datetime_with_format(row, at, &day, &date)?
                }
                _ => sheet.write_string(row, at, cell.text())?,
            };
        }
        self.record(VISIBLE, row, &HEADERS, &cells, patient, truth)
    }

    fn record(
        &self,
        sheet: &str,
        row: u32,
        headers: &[&str],
        cells: &[Cell],
        patient: &Patient,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        let file = self.name();
        let spot = Spot { file: &file, subject: Some(&patient.who.mrn) };
        for (header, cell) in headers.iter().zip(cells) {
            truth.plant_all(spot, &format!("sheet:{sheet}/row:{row}/column:{header}"), cell)?;
        }
        Ok(())
    }

    fn comment(
        &mut self,
        hospital: &Hospital,
        patient: &Patient,
        dice: &mut Dice,
        truth: &mut Truth,
    ) -> Result<(), DemoError> {
        let scene = Scene { hospital, patient, encounter: patient.encounters.last() };
        let template: &&str = dice.pick(&self.comments);
        let text: Prose = scene.render(template, dice);
        let row = self.rows;
        let note = Note::new(text.text()).add_author_prefix(false).set_author("pharmacy");
        self.book.worksheet_from_name(VISIBLE)?.insert_note(row, 1, &note)?;
        let file = self.name();
        let spot = Spot { file: &file, subject: Some(&patient.who.mrn) };
        truth.plant_all(spot, &format!("sheet:{VISIBLE}/comment:B{}", row + 1), &text)
    }

    fn lookup(&mut self, patient: &Patient, truth: &mut Truth) -> Result<(), DemoError> {
        self.lookups += 1;
        let who = &patient.who;
        let cells = [
            planted(E::Mrn, &who.mrn),
            planted(E::Patient, who.full()),
            planted(E::Ssn, &who.ssn),
            planted(E::Phone, &who.phone),
        ];
        let row = self.lookups;
        let sheet = self.book.worksheet_from_name(HIDDEN)?;
        for (column, cell) in cells.iter().enumerate() {
            sheet.write_string(row, column as u16, cell.text())?;
        }
        self.record(HIDDEN, row, &LOOKUP, &cells, patient, truth)
    }

    fn save(&mut self, truth: &mut Truth) -> Result<(), DemoError> {
        let made = ExcelDateTime::from_ymd(2025, 6, 30)?.and_hms(8, 0, 0)?;
        let properties = DocProperties::new()
            .set_title("Medication export")
            .set_author(&self.author)
            .set_creation_datetime(&made);
        self.book.set_properties(&properties);
        let file = self.name();
        let bytes = self.book.save_to_buffer()?;
        fs_err::write(self.dir.join(&file), bytes)?;
        let spot = Spot { file: &file, subject: None };
        truth.plant(spot, "property:creator", E::Staff, &self.author)
    }

    /// Saves the last workbook.
    pub(crate) fn finish(mut self, truth: &mut Truth) -> Result<(), DemoError> {
        self.save(truth)
    }
}
