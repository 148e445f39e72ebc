# What a test printed: masked, then kept in lines that begin with `+` where they are TAP, else with `|`. It uses $work.

# take_output NUMBER: sets masked to how many secrets were masked.
take_output() {
  gap=
  if [ -s "$work/tail" ]; then gap='cut'; fi
  took_out=$({
    # What was cut in the middle of a line could be a part of a secret.
    if [ -n "$gap" ]; then sed '$d' "$work/head"; else cat "$work/head"; fi
    [ -z "$gap" ] || { echo; echo '[imaging: some of the output was left out here]'; sed 1d "$work/tail"; }
  } | tr -d '\000' | awk -v to="$work/output.$1" "$mask_awk$secrets_awk"'
    {
      if (index($0, "\r")) { sub(/\r+$/, ""); sub(/^.*\r/, "") }
      # A colour between a name and its value would hide both from what masks.
      if (index($0, "\033")) gsub(/\033\[[0-9;:?]*[@-~]/, "")
      line[++lines] = substr($0, 1, 4000)
      if (in_key) { in_key--; line[lines] = "***" }
    }
    !index($0, "PRIVATE KEY") { next }
    # The end of a key whose beginning is gone.
    /-----END [A-Z0-9 ]*PRIVATE KEY/ {
      if (!in_key) {
        for (at = lines - 1; at > 0 && line[at] ~ /^[A-Za-z0-9+\/=]+$/; at--) line[at] = "***"
        if (line[lines] !~ /-----BEGIN/) keys++
      }
      in_key = 0
    }
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/ { keys++; if (!/-----END/) in_key = 200 }
    /-----(BEGIN|END) [A-Z0-9 ]*PRIVATE KEY/ { line[lines] = "***" }
    END {
      count = keys + 0
      # TAP has a version or a plan, or begins with a test.
      for (at = 1; at <= lines; at++) {
        sign[at] = line[at] ~ /^(TAP version 1[234]|1\.\.[0-9]+|Bail out!|(not )?ok([ \t]|$))/ ? "+" : "|"
        if (line[at] ~ /^(TAP version 1[234]|1\.\.[0-9]+)/) tap = 1
        if (!first && line[at] !~ /^[ \t]*(#.*)?$/) { first = 1; if (line[at] ~ /^(not )?ok [0-9]+/) tap = 1 }
      }
      # Of the rest no more than its end is of use.
      left = 16384
      for (at = lines; at > 0; at--) {
        if (tap && sign[at] == "+" && told++ < 5200) continue
        left -= length(line[at])
        if (left < 0) { sign[at] = ""; cut = 1 } else sign[at] = "|"
      }
      for (at = 1; at <= lines; at++) {
        if (sign[at] == "" || (at > 1 && line[at] == "***" && line[at - 1] == "***")) continue
        text = line[at]
        if (text != "***") {
          hidden = without_secrets(text)
          count += gsub(/\*\*\*/, "&", hidden) - gsub(/\*\*\*/, "&", text)
          text = substr(hidden, 1, 1000)
        }
        print sign[at] (sign[at] == "+" ? numbered(text) : text) >to
      }
      print count, cut ? "cut" : ""
    }
    function numbered(text,  word) {
      if (text !~ /^(not )?ok/) return text
      tests++
      word = text ~ /^not/ ? "not ok" : "ok"
      if (text ~ /^(not )?ok[ \t]+[0-9]+([^0-9]|$)/) return text
      return word " " tests substr(text, length(word) + 1)
    }')
  masked=${took_out%% *}
  case $took_out in *cut) gap='cut' ;; esac
  {
    printf 'output %s %s %s\n' "$boot" "$1" "${gap:--}"
    cat "$work/output.$1" 2>/dev/null
  } | shares 8192 >>"$work/outputs"
  rm -f "$work/output.$1"
}

# For awk: without_secrets(TEXT), also without what looks like a token, a password behind a colon, or the hash of one. Most
# lines hold nothing of the kind: an awk that makes each expression again for each line would take long.
secrets_awk='
function starred(s, expression, least,    out, low) {
    low = tolower(s)
    while (match(low, expression)) {
        out = out substr(s, 1, RSTART - 1) (RLENGTH < least ? substr(s, RSTART, RLENGTH) : "***")
        s = substr(s, RSTART + RLENGTH)
        low = substr(low, RSTART + RLENGTH)
    }
    return out s
}
function without_secrets(s,    names, value) {
    # Where a shell is, not a password.
    if (s ~ /^((declare -x|export) )?(OLD)?PWD=["\047]?\//) return s
    if (s ~ /gh[pousr]_|github_pat_|gl[a-z]+-|hf_|sk-|pypi-|npm_|xox|AGE-SEC|dop_v1_|hvs\.|glsa_|rubygems_|k_live_|AKIA|ASIA|dapi|eyJ/)
        s = starred(s, "(gh[pousr]_|github_pat_|glpat-|gl(dt|rt|ptt|agent|cbt|soat)-|hf_|sk-(ant|proj|svcacct|admin)-|pypi-age" \
            "|npm_|xox[abposr]-|age-secret-key-1|dop_v1_|hvs\\.|glsa_|rubygems_|[sr]k_live_|akia|asia|dapi|ops_eyj" \
            "|eyj[a-z0-9_-]+\\.eyj)[a-z0-9_.-]+", 20)
    if (s ~ /\$[0-9a-z]+\$/) s = starred(s, "\\$(1|2[abxy]|5|6|y|gy|7)\\$[a-z0-9.\\/$=,]+", 16)
    if (s ~ /[Bb][Ee][Aa][Rr][Ee][Rr] |[Bb][Aa][Ss][Ii][Cc] /)
        s = hide(s, "(bearer|basic) +[a-z0-9._~+\\/=-][a-z0-9._~+\\/=-][a-z0-9._~+\\/=-][a-z0-9._~+\\/=-][a-z0-9._~+\\/=-]" \
            "[a-z0-9._~+\\/=-][a-z0-9._~+\\/=-][a-z0-9._~+\\/=-][a-z0-9._~+\\/=-]+", " ", "")
    if (s ~ /([Pp][Aa][Ss][Ss]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Tt][Oo][Kk][Ee][Nn]|[Kk][Ee][Yy])[a-zA-Z]*["\047]?[ \t]*[ \t:=]/) {
        # PASS: is how a test says that it passed.
        names = "(pass(word|wd|phrase)" (s ~ /(^|[^A-Za-z0-9_-])PASS[ \t]*[:=]/ ? "" : "?") "|secret|token" \
            "|(account|shared|access|api|private|secret)[_-]?key)"
        value = "(\"[^\"]+\"|\047[^\047]+\047|[\"\047]?[^ \t\"\047,;][^ \t\"\047,;][^ \t\"\047,;][^ \t\"\047,;][^ \t\"\047,;]" \
            "[^ \t\"\047,;]+)"
        s = hide(s, names "[\"\047]?[ \t]*:[ \t]*" value, ":", "")
        s = hide(s, names "[\"\047]?[ \t]*=[ \t]*" value, "=", "")
        s = hide(s, "--" names "[ \t]+" value, " ", "")
    }
    # Elsewhere -u may stand before a number of a user and of a group.
    if (s ~ /curl .*-u/) s = hide(s, "(^|[ \t])(-u|--user) +[^ \t:]+:[^ \t]+", ":", "")
    return s ~ /[@=]/ ? mask(s) : s
}
'

# shares BYTES: of each output no more than that: of TAP first plans and failures, then the other lines of TAP, then the end of
# the rest. A line of TAP that has no room is told without its title, several together: `~ok FIRST LAST`.
shares() {
  awk -v share="$1" '
    function kind(text) {
      if (text ~ /# *[Ss][Kk][Ii][Pp]/) return "skip"
      if (text ~ /^\+not/) return text ~ /# *[Tt][Oo][Dd][Oo]/ ? "todo" : "not"
      return text ~ /^\+ok/ ? "ok" : ""
    }
    function number(text) {
      match(text, /[0-9]+/)
      return substr(text, RSTART, RLENGTH) + 0
    }
    function close_range() {
      if (range != "") print "~" range " " low " " high
      range = ""
    }
    function tell(    at, left, from) {
      if (head == "") return
      left = share
      for (at = 1; at <= taps; at++) {
        what[at] = kind(tap[at])
        keep[at] = tap[at] ~ /^~/ || what[at] == "" || (what[at] == "not" && (left > 0 || failures++ < 10))
        if (keep[at]) left -= length(tap[at]) + 1
      }
      for (at = 1; at <= taps; at++)
        if (!keep[at] && left > length(tap[at])) { keep[at] = 1; left -= length(tap[at]) + 1 }
      from = texts + 1
      while (from > 1 && left > length(text[from - 1])) left -= length(text[--from]) + 1
      if (from > 1) sub(/-$/, "cut", head)
      print head
      for (at = 1; at <= taps; at++) {
        if (keep[at]) { close_range(); print tap[at]; continue }
        if (range != what[at] || number(tap[at]) != high + 1) { close_range(); range = what[at]; low = number(tap[at]) }
        high = number(tap[at])
      }
      close_range()
      for (at = from; at <= texts; at++) print text[at]
      head = ""
      failures = 0
    }
    /^output / { tell(); head = $0; taps = texts = 0; next }
    /^[+~]/ { tap[++taps] = $0; next }
    { text[++texts] = $0 }
    END { tell() }'
}
