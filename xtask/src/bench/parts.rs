//! A project's table whose combinations are more than the memory a search may take: solved in parts.

use anyhow::Result;

use super::{Bench, cost, enlarge};

/// Of a run of a project: what its search may take.
const LIMITS: [Option<&str>; 3] = [None, Some("250MB"), Some("60MB")];

impl Bench {
    /// One generated table by `deidentify`, with less and less memory.
    pub(super) fn parts(&mut self) -> Result<()> {
        let rows = u64::from(self.size.thousands) * 100;
        let columns = 12;
        let input = self.folder.join("parts");
        fs_err::create_dir_all(&input)?;
        enlarge::generate(&input.join("table.csv"), rows, &enlarge::columns(columns))?;
        self.section("Mondrian, k = 5, by what its search may take");
        for limit in LIMITS {
            let memory = limit.map_or(String::new(), |limit| format!(", memory = \"{limit}\""));
            let names = (0..columns).map(|n| format!("c{n} = {{ role = \"quasi\" }}\n"));
            let policy = format!(
                "schema = 1\nname = \"parts\"\nprofile = \"research-linked\"\n[time]\nas_of = \"2025-06-30\"\n[[table]]\nfiles = \"**\"\n\
                 model = [{{ k = 5 }}]\nsearch = {{ method = \"mondrian\", suppress_max = 1.0{memory} }}\n\
                 [table.columns]\n{}",
                names.collect::<String>()
            );
            let path = self.folder.join("parts.toml");
            fs_err::write(&path, policy)?;
            let name = limit.unwrap_or("no limit");
            let release = self.folder.join(format!("parts-{}", name.replace(' ', "-")));
            let key = self.folder.join("parts.key");
            let mut command = self.anonymed.deidentify(&input, &release, "research-linked", &key);
            command.arg("--policy").arg(&path);
            let usage = self.measured(&mut command)?;
            self.row(&format!("{name}, {rows} rows, {columns} columns"), &cost(usage));
            fs_err::remove_dir_all(&release)?;
        }
        Ok(())
    }
}
