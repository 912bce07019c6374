# From a folder to a signed release, and the check a recipient makes.
anonymed demo-project hospital --patients 30 --seed 4 --quiet

code=0
anonymed deidentify hospital --out release --profile research-linked --key-file study.key \
  --name first --as-of 2026-01-31 --quiet || code=$?
echo "deidentify: exit code $code"   # 6: the files that are broken on purpose are held back

ls release
anonymed release verify release --public-key study.pub >/dev/null && echo "package: as signed"

# One changed byte, and the package is refused.
cp -r release copy
echo >>copy/manifest.json
code=0
anonymed release verify copy --public-key study.pub 2>/dev/null || code=$?
echo "changed package: exit code $code"
