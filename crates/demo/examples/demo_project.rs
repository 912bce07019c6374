//! Writes a demo project, or with four arguments one large table: `demo_project DIR PATIENTS SEED`,
//! `demo_project FILE ROWS SUBJECTS SEED`.

use std::io::Write;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = PathBuf::from(arguments.first().ok_or("name a folder or file")?);
    let number = |at: usize, default: u64| -> Result<u64, std::num::ParseIntError> {
        arguments.get(at).map_or(Ok(default), |text| text.parse())
    };
    let mut out = std::io::stdout();
    if arguments.len() == 4 {
        let made =
            anonymed_demo::write_big_table(&path, number(1, 0)?, number(2, 1)?, number(3, 1)?)?;
        writeln!(out, "{made:?}")?;
    } else {
        let patients = u32::try_from(number(1, 100)?)?;
        let options = anonymed_demo::Options { patients, seed: number(2, 1)? };
        writeln!(out, "{:?}", anonymed_demo::write_project(&path, &options)?)?;
    }
    Ok(())
}
