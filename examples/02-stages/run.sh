# The stages one by one, with a policy that a person wrote.
mkdir input
cat >input/visits.csv <<'CSV'
mrn,name,sex,birth_date,zip,visit_date,diagnosis
100001,Jane Example,F,1961-04-02,62701,2024-03-01,I10
100001,Jane Example,F,1961-04-02,62701,2024-03-15,E11.9
100002,John Sample,M,1958-11-20,62704,2024-02-11,J45.909
100003,Mary Specimen,F,1963-07-09,62702,2024-05-30,I10
100004,Carl Testman,M,1959-01-27,62703,2024-01-05,E11.9
CSV

anonymed init study --input input --profile research-linked --key-file study.key \
  --name stages --as-of 2026-01-31 --quiet
cat >study/anonymed.toml <<'TOML'
schema = 1
name = "stages"
profile = "research-linked"
purpose = "example"
on_unclassified = "drop"

[[subject.authority]]
name = "mrn"
matches = ["column:mrn"]

[time]
as_of = "2026-01-31"

[[table]]
files = "visits.csv"
subject = "mrn"

[table.columns]
mrn = "pseudonym"
name = "drop"
sex = "keep"
birth_date = "drop"
zip = { action = "generalize", to = "zip3", entity = "zip" }
visit_date = { action = "shift", entity = "date" }
diagnosis = "keep"

[release]
tables = ["csv"]
TOML

cd study
for stage in plan run verify "release create"; do
  anonymed $stage --quiet >/dev/null
  echo "$stage: done"
done
anonymed audit verify >/dev/null && echo "audit log: whole"

# Four patients have four pseudonyms; one of them came twice.
table=$(find release/data -name '*.csv')
head -n 1 "$table"
cut -d, -f1 "$table" | tail -n +2 | sort | uniq -c | awk '{print $1}' | sort | tr '\n' ' '
echo
