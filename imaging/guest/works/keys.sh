# The keys that let anybody in: `key ACCOUNT DIGEST ours|other stub|login COMMENT`. It uses $R and $work.

tell_keys() {
  echo keys
  names=$(within 10 sshd -T | sed -n 's/^authorizedkeysfile //p')
  [ -n "$names" ] && [ "$names" != none ] || names='.ssh/authorized_keys .ssh/authorized_keys2'
  # What the image itself tells cloud-init to let in: the user data of this test instance stands in its place.
  for file in "$R"/etc/cloud/cloud.cfg "$R"/etc/cloud/cloud.cfg.d/*.cfg; do
    [ ! -f "$file" ] || sed 's/^[ \t]*-[ \t]*["'\'']*//; s/["'\'']*[ \t]*$//' "$file" | keys_of cloud-init
  done
  awk -F: '$7 !~ /(nologin|false|sync|halt|shutdown)$/ && told++ < 200 { print $1 ":" $6 }' "$R/etc/passwd" |
    while IFS=: read -r account home; do
      for name in $names; do
        name=$(printf '%s\n' "$name" | sed "s|%u|$account|g; s|%h|$home|g; s|%%|%|g")
        case $name in /*) file=$R$name ;; *) file=$R$home/$name ;; esac
        [ ! -f "$file" ] || within 5 head -c 100000 "$file" | keys_of "$account"
      done
    done | awk '!seen[$0]++' | head -n 100
}

# keys_of ACCOUNT: a key behind its options, which may hold blanks in quotes.
keys_of() {
  awk '
    /^[ \t]*(#|$)/ { next }
    match($0, /(^|[ \t])(ssh-|ecdsa-sha2-|sk-|webauthn-sk-)[a-z0-9@.-]+[ \t]+AAAA[A-Za-z0-9+\/=]+/) {
      stub = substr($0, 1, RSTART) ~ /command="echo .*[Pp]lease login as / ? "stub" : "login"
      rest = substr($0, RSTART + RLENGTH)
      gsub(/[^ -~]/, "?", rest)
      split(substr($0, RSTART, RLENGTH), word, /[ \t]+/)
      blob = word[1] == "" ? word[3] : word[2]
      print stub, blob, substr(rest, 1, 80)
    }' | head -n 60 | while read -r stub blob comment; do
    whose=other
    [ "$blob" != '@PUBLIC_KEY@' ] || whose=ours
    digest=$(printf %s "$blob" | base64 -d 2>/dev/null | sha256sum | cut -c1-64)
    printf '%s\n' "key $1 $digest $whose $stub $comment"
  done
}
