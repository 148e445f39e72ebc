# For awk: yaml_line(KIND, LINE, NAME) prints a row, after yaml_start() for each file. Secrets are masked where their form
# is known. In another one (a block of text, a mapping, an anchor) the file ends there, and that is said.
yaml_awk='
function yaml_start() { yaml_below = -1; yaml_depth = 0; yaml_over = 0 }
function yaml_line(kind, line, name,    at, indent, out, rest, found) {
    if (yaml_over || line ~ /^[ \t]*(#|$)/) return
    match(line, /^ */)
    indent = RLENGTH
    if (yaml_below >= 0 && indent > yaml_below) return
    yaml_below = -1
    out = ""
    while (match(tolower(line), yaml_secret)) {
        found = substr(line, RSTART, RLENGTH)
        rest = substr(line, RSTART + RLENGTH)
        out = out substr(line, 1, RSTART - 1) found " \"***\""
        if (!yaml_depth && out !~ /[{[]/ && rest !~ /^[ \t]*[{[|>&*!"\047]/ && rest ~ /[^ \t]/) {
            line = ""
            yaml_below = indent
        } else if (match(rest, /^[ \t]*("[^"\\]*"|\047[^\047]*\047)/) || match(rest, /^[ \t]*[^][ \t{}|>&*!"\047,][^][{},]*[,}]/)) {
            line = substr(rest, RLENGTH + (substr(rest, RLENGTH, 1) ~ /[,}]/ ? 0 : 1))
            if (!yaml_depth && out !~ /[{[]/) yaml_below = indent
        } else {
            yaml_over = 1
            print "incomplete\ta secret in " name " is written in a form that is not known"
            return
        }
    }
    line = out line
    at = line
    yaml_depth += gsub(/[{[]/, "", at) - gsub(/[]}]/, "", at)
    gsub(/\t/, " ", line)
    print kind "\t" line "\t" name
}
BEGIN {
    yaml_secret = "(^|[ \t,{[\"\047-])(password|passwd|psk|passphrase|private(-key)?|keys?|[a-z_-]*secret|token|shared|wep[a-z0-9-]*" \
        "|[a-z-]*-password|hashed_passwd|plain_text_passwd)[\"\047]?[ \t]*:"
}
'
