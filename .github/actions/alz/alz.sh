#!/usr/bin/env bash
# What the alz action does, one command a call: install, plan, merge, apply, drift, validate.
#
# A file of its own rather than `run:` blocks of action.yml, so that it can be read,
# linted and tried against a stand-in for GitHub. It needs bash, curl and jq, and unzip
# for apply. All that it is told comes in environment variables (ALZ_ACTION_*: the
# action's inputs; GITHUB_*: the runner's own): a branch name or a title written by a
# stranger is data here and never becomes part of a command.
set -euo pipefail

readonly TEMP=${RUNNER_TEMP:?}/alz
readonly ENVIRONMENT=${ALZ_ACTION_ENV:-${ALZ_ENV:-default}}
readonly DIRECTORY=${ALZ_ACTION_DIRECTORY:-.}
readonly SHARD=${ALZ_ACTION_SHARD:-}
# The directory as a part of names: one repository may have several projects with an
# environment of the same name, and they must not find each other's comments and plans.
PLACE=${DIRECTORY#./} PLACE=${PLACE%/}
[ "$PLACE" != . ] || PLACE=''
PLACE=${PLACE//[!A-Za-z0-9._\/-]/_}
readonly PLACE WHERE=$ENVIRONMENT${PLACE:+ ($PLACE)}
readonly RUN_URL=${GITHUB_SERVER_URL:-}/${GITHUB_REPOSITORY:-}/actions/runs/${GITHUB_RUN_ID:-}
# What GitHub takes in a comment, less our own last lines.
readonly LIMIT=65000
mkdir -p "$TEMP"

# --- telling ---------------------------------------------------------------------------

# A workflow command is one line; what it says may not begin another.
escaped() { local text=${1//'%'/%25}; text=${text//$'\r'/%0D}; printf '%s' "${text//$'\n'/%0A}"; }
warn() { echo "::warning title=alz::$(escaped "$1")"; }
notice() { echo "::notice title=alz::$(escaped "$1")"; }
fail() { echo "::error title=alz::$(escaped "$1")"; summary "**alz:** $1"; exit "${2:-1}"; }
summary() { printf '%s\n\n' "$1" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"; }
output() { printf '%s=%s\n' "$1" "$2" >> "${GITHUB_OUTPUT:-/dev/null}"; }

# quoted FD PROGRAM…: what the program writes there holds other people's words: those are
# no commands to the runner, whatever they begin with.
quoted() {
  local fd=$1 token status=0
  shift
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$token" >&"$fd"
  "$@" || status=$?
  printf '\n::%s::\n' "$token" >&"$fd"
  return "$status"
}

# The file as a fenced block, under a fence longer than any inside.
fenced() {
  local fence='```'
  while grep -qF -- "$fence" "$1"; do fence+='`'; done
  printf '%s\n%s\n%s\n' "$fence" "$(cat "$1")" "$fence"
}

# --- GitHub ----------------------------------------------------------------------------

# api METHOD PATH [FILE]: the answer's body. The token goes by a descriptor, not by the
# list of processes. Only reading is tried again: a comment that was made once is enough.
api() {
  local method=$1 path=$2 file=${3:-} answer status
  local arguments=(--silent --show-error --location --max-time 60 --request "$method"
    --header 'Accept: application/vnd.github+json' --header 'X-GitHub-Api-Version: 2022-11-28'
    --write-out '\n%{http_code}')
  [ "$method" != GET ] || arguments+=(--retry 3)
  [ -z "$file" ] || arguments+=(--header 'Content-Type: application/json' --data-binary "@$file")
  answer=$(curl "${arguments[@]}" \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "${ALZ_ACTION_TOKEN:-}") \
    "${GITHUB_API_URL:?}/$path") || { echo "$method $path: GitHub can't be reached" >&2; return 1; }
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  case $status in
    2??) printf '%s' "$answer" ;;
    *) echo "$method $path: GitHub answers $status $(jq -r '.message // empty' <<< "$answer" 2>/dev/null || true)" >&2
       return 1 ;;
  esac
}

# pages PATH: the array of all pages. A hundred pages are ten thousand comments.
pages() {
  local path=$1 page=1 part all='[]' join='?'
  [[ $path != *\?* ]] || join='&'
  while [ "$page" -le 100 ]; do
    part=$(api GET "$path${join}per_page=100&page=$page") || return 1
    all=$(jq -c --slurpfile all <(printf '%s' "$all") '$all[0] + .' <<< "$part")
    [ "$(jq length <<< "$part")" -eq 100 ] || break
    page=$((page + 1))
  done
  printf '%s' "$all"
}

event() { jq -r "$1 // empty" "${GITHUB_EVENT_PATH:?}"; }

# The marker by which a comment or issue is found again. The environment that was named
# counts; a document's own marker only where none was, as `--redact pii` may mask its name.
marker() {
  local found=''
  [ "$ENVIRONMENT" != default ] || found=$(grep -oE "^<!-- alz:$1:[^<>]* -->" "$2" | head -n 1 || true)
  found=${found:-<!-- alz:$1:$ENVIRONMENT${SHARD:+:$SHARD} -->}
  printf '%s' "${found% -->}${PLACE:+@$PLACE} -->"
}

# body KIND FILE: makes FILE fit to be posted: under our marker instead of its own, and not
# over GitHub's limit. What is too long is not cut (half a table, half a tag): its first
# paragraph, which is the verdict, stays, and the rest is left to the log.
body() {
  local kind=$1 file=$2 mark sha verdict
  mark=$(marker "$kind" "$file")
  grep -vE "^<!-- alz:$kind:[^<>]* -->$" "$file" > "$file.bare" || true
  if [ "$(wc -m < "$file.bare")" -gt "$LIMIT" ]; then
    verdict=$(awk 'NF { print; told = 1; next } told { exit }' "$file.bare")
    [ "${#verdict}" -le 2000 ] || verdict="**alz $kind in $WHERE**"
    printf '%s\n\nThe rest is too long for a comment: it is in the log of the run.\n' "$verdict" > "$file.bare"
  fi
  sha=$(event .pull_request.head.sha)
  sha=${sha:-${GITHUB_SHA:-}}
  { printf '%s\n' "$mark"
    cat "$file.bare"
    printf '\n<sub>%s · [run](%s)</sub>\n' "${sha:0:9}" "$RUN_URL"; } | jq -Rs '{ body: . }' > "$file.body"
  printf '%s' "$mark"
}

# comment KIND NUMBER FILE: the one comment of its kind and environment on a pull request.
# Only our own are looked at: a marker in somebody else's comment is text.
comment() {
  local kind=$1 number=$2 file=$3 mark ids first
  mark=$(body "$kind" "$file") || return 1
  ids=$(pages "repos/$GITHUB_REPOSITORY/issues/$number/comments" |
    jq -r --arg mark "$mark" --arg author "${ALZ_ACTION_AUTHOR:?}" \
      '.[] | select(.user.login == $author and (.body | contains($mark))) | .id') || return 1
  first=$(head -n 1 <<< "$ids")
  if [ -z "$first" ]; then
    api POST "repos/$GITHUB_REPOSITORY/issues/$number/comments" "$file.body" > /dev/null
    return
  fi
  api PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$first" "$file.body" > /dev/null || return 1
  # Two runs at once may each have made one.
  local extra
  for extra in $(tail -n +2 <<< "$ids"); do
    api DELETE "repos/$GITHUB_REPOSITORY/issues/comments/$extra" > /dev/null || return 1
  done
}

# commented KIND NUMBER FILE: the comment, where one is wanted.
commented() {
  [ "${ALZ_ACTION_COMMENT:-true}" = true ] && [ -n "$2" ] || return 0
  comment "$@" || { notice "the comment on #$2 could not be written (permissions: pull-requests: write)"; return 1; }
}

# A plan that nobody can read must not be the one that is applied, nor an older one be left
# standing as though it held.
shown() {
  commented plan "$(event .pull_request.number)" "$TEMP/plan.md" ||
    fail 'the plan could not be shown on the pull request, where an older one may stand: run the job again, or say comment: false'
}

# --- whom the run may be trusted by ------------------------------------------------------

# A pull request from a fork, or by a bot without secrets, is validated and nothing else.
# Neither is a group of a merge queue planned: nobody would look at it.
trusted() {
  local head
  case ${GITHUB_EVENT_NAME:-} in
    pull_request | pull_request_review | pull_request_review_comment)
      head=$(event .pull_request.head.repo.full_name)
      [ "$head" = "$GITHUB_REPOSITORY" ] && [ "${GITHUB_ACTOR:-}" != 'dependabot[bot]' ] ;;
    merge_group) false ;;
    push | schedule | workflow_dispatch | repository_dispatch) true ;;
    *) fail "this action does not run on ${GITHUB_EVENT_NAME:-nothing}: a stranger's files may meet your secrets there. Use pull_request" ;;
  esac
}

# --- alz ---------------------------------------------------------------------------------

# Who has the credentials says where they go: a branch may have another idea.
pinned() {
  [ -n "${ALZ_API:-}" ] || [ -z "${ALZ_USERNAME:-}${ALZ_TOKEN:-}" ] ||
    warn 'ALZ_API is not set: the credentials go where alz.yaml says, which any branch can change. Set the variable'
}

# The words of the `args` input. Blanks part them; nothing is expanded.
words() {
  local IFS=$' \t\n' word
  set -f
  # shellcheck disable=SC2086 # to be split
  for word in $1; do printf '%s\0' "$word"; done
  set +f
}

# What every call of alz is given. Validate speaks of the files alone, to people who have
# them before their eyes; all else tells what is on the platform.
FILES=(-C "$DIRECTORY")
[ -z "${ALZ_ACTION_ENV:-}" ] || FILES+=(--env "$ALZ_ACTION_ENV")
OPTIONS=("${FILES[@]}")
[ "${ALZ_ACTION_REDACT:-pii}" != pii ] || OPTIONS+=(--redact pii)
MORE=() journal=${ALZ_ACTION_JOURNAL:-}
while IFS= read -r -d '' word; do
  MORE+=("$word")
  # A place of the team's own, on a disk that stays.
  case $word in --journal | --journal=*) journal='' ;; esac
done < <(words "${ALZ_ACTION_ARGS:-}")
[ -z "$journal" ] || OPTIONS+=(--journal "$journal")
[ -z "$SHARD" ] || MORE+=(--shard "$SHARD")

# The name under which a plan is kept: one a project, environment and shard.
artifact() { printf 'alz-%s-%s' "$1" "$ENVIRONMENT${PLACE:+--$PLACE}${SHARD:+-${SHARD/\//-of-}}" | tr -c 'A-Za-z0-9._-' '-'; }

# Annotations name files from the top of the repository, alz from its own directory.
placed() {
  local directory=${DIRECTORY#./}
  directory=${directory%/}
  if [ "$directory" = . ]; then cat
  else sed -E "s#^(::(error|warning|notice) ([^:]*,)?file=)#\1${directory//[#&\\]/_}/#"; fi
}

validate() {
  local status=0
  quoted 2 alz "${FILES[@]}" validate --format github > "$TEMP/annotations" || status=$?
  placed < "$TEMP/annotations"
  return "$status"
}

# The commit that the pull request is to be merged into, as far as it is here.
base() {
  local head base
  [ "${GITHUB_EVENT_NAME:-}" = pull_request ] || return 0
  head=$(event .pull_request.head.sha)
  if [ "$(git -C "$DIRECTORY" rev-parse --quiet --verify 'HEAD^2' || true)" = "$head" ]; then
    base=$(git -C "$DIRECTORY" rev-parse 'HEAD^1')
  else
    base=$(event .pull_request.base.sha)
  fi
  if git -C "$DIRECTORY" cat-file -e "$base^{commit}" 2>/dev/null; then printf '%s' "$base"
  else echo "the base $base is not here: check out with fetch-depth: 0" >&2; fi
}

plan() {
  local status=0 since
  rm -f "$TEMP/plan.json" "$TEMP/new.json" "$TEMP/plan.md"
  trusted || {
    validate || fail 'the files have problems: see the annotations'
    notice 'no plan: a pull request from a fork has no credentials, and a merge queue nobody who looks at one. The files are valid'
    summary '**alz:** the files are valid. They come from a fork or a merge queue, so nothing was asked of the platform and there is no plan.'
    return 0
  }
  # It takes the place of the plan of an earlier attempt of this run, until there is a new one.
  printf '{"noPlan":true}\n' > "$TEMP/plan.json"
  output plan "$TEMP/plan.json"
  output artifact "$(artifact plan)"
  validate || unplanned 'the files have problems: see the annotations'
  pinned
  since=$(base)
  quoted 2 alz "${OPTIONS[@]}" plan --format markdown --comment-limit "$LIMIT" --out "$TEMP/new.json" \
    ${since:+--base "$since"} ${MORE[@]+"${MORE[@]}"} > "$TEMP/plan.md" || status=$?
  if [ "$status" != 0 ] && [ ! -s "$TEMP/plan.md" ]; then unplanned "exit $status" "$status"; fi
  summary "$(cat "$TEMP/plan.md")"
  shown
  [ "$status" = 0 ] || fail "plan failed (exit $status)" "$status"
  mv "$TEMP/new.json" "$TEMP/plan.json"
  output steps "$(jq '.steps | length' "$TEMP/plan.json")"
}

# unplanned WHY [CODE]: an older plan must not be left standing as though it held.
unplanned() {
  printf '**alz plan failed** in %s: %s. The log of the run has more.\n' "$WHERE" "$1" > "$TEMP/plan.md"
  shown
  fail "no plan: $1" "${2:-1}"
}

# merge: the shards' plans of this run as one comment.
merge() {
  local listed id name parts=() status=0
  trusted || return 0
  rm -rf "$TEMP/parts"; mkdir -p "$TEMP/parts"
  listed=$(api GET "repos/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/artifacts?per_page=100")
  while IFS=$'\t' read -r id name; do
    [ -n "$id" ] || continue
    fetch "$id" "$TEMP/parts/$name.json" || unplanned "there is no $name in this run that can be read"
    parts+=("$TEMP/parts/$name.json")
  done < <(jq -r --arg name "$(artifact plan)-" \
    '[.artifacts[] | select((.name | startswith($name)) and (.name[($name | length):] | test("^[0-9]+-of-[0-9]+$")) and (.expired | not))]
     | group_by(.name)[] | max_by(.id) | [.id, .name] | @tsv' <<< "$listed")
  [ "${#parts[@]}" -gt 0 ] || unplanned 'none of the parts has a plan'
  quoted 2 alz "${OPTIONS[@]}" report merge "${parts[@]}" --format markdown --comment-limit "$LIMIT" > "$TEMP/plan.md" || status=$?
  # What is wrong with them alz says better itself.
  if [ "$status" != 0 ] && [ ! -s "$TEMP/plan.md" ]; then unplanned 'the plans of the parts make no whole' "$status"; fi
  summary "$(cat "$TEMP/plan.md")"
  shown
  [ "$status" = 0 ] || fail "the plans of the parts make no whole (exit $status)" "$status"
}

# fetch ID FILE: the plan of an artifact. Nothing of the archive is unpacked by its own name.
fetch() {
  # GitHub sends the reader on to its store; curl leaves the token behind at another host.
  curl --silent --show-error --fail --location --max-time 120 --retry 3 --output "$TEMP/archive.zip" \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "${ALZ_ACTION_TOKEN:-}") \
    "${GITHUB_API_URL:?}/repos/$GITHUB_REPOSITORY/actions/artifacts/$1/zip" || return 1
  unzip -p "$TEMP/archive.zip" plan.json > "$2" && [ -s "$2" ] && jq -e 'has("noPlan") | not' "$2" > /dev/null
}

# The run whose plan is to be applied: the one that is named, else that of the pull
# request whose merge this commit is.
RUN='' NUMBER=''
reviewed() {
  local pull head
  RUN=${ALZ_ACTION_RUN:-}
  [ -z "$RUN" ] || return 0
  pull=$(api GET "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" |
    jq -c --arg sha "$GITHUB_SHA" --arg ref "${GITHUB_REF_NAME:-}" \
      '[.[] | select(.merged_at != null and .merge_commit_sha == $sha and .base.ref == $ref)] | first // empty')
  [ -n "$pull" ] || fail "nothing was applied: this commit is no merge of a pull request, so nobody has reviewed a plan of it. Run the workflow by hand: it plans, waits for an approval and applies that"
  NUMBER=$(jq -r .number <<< "$pull")
  head=$(jq -r .head.sha <<< "$pull")
  # Of this repository alone (whoever owns a fork can put any file into its runs), and of
  # this very workflow. The newest counts: an older plan is not what was looked at last.
  RUN=$(api GET "repos/$GITHUB_REPOSITORY/actions/runs?event=pull_request&head_sha=$head&per_page=100" |
    jq -r --arg repository "$GITHUB_REPOSITORY" --arg head "$head" --arg workflow "$(workflow)" \
      '[.workflow_runs[] | select(.head_repository.full_name == $repository and .head_sha == $head
          and .event == "pull_request" and ((.path | split("@"))[0] == $workflow))]
       | max_by(.id) | select(. != null and .status == "completed") | .id')
  [ -n "$RUN" ] || refused "#$NUMBER has no finished run of this workflow on its last commit"
}

# A later run of this workflow has had its turn, with newer files: to carry out an older one
# now, by running its job again, could put back what has been changed since, and the plan
# that was reviewed then would allow it.
overtaken() {
  api GET "repos/$GITHUB_REPOSITORY/actions/runs?branch=$(jq -rn '$ENV.GITHUB_REF_NAME | @uri')&per_page=100" |
    jq -r --arg repository "$GITHUB_REPOSITORY" --arg workflow "$(workflow)" \
      '[.workflow_runs[] | select(.id > ($ENV.GITHUB_RUN_ID | tonumber) and .status == "completed"
          and (.event == "push" or .event == "workflow_dispatch") and .head_branch == $ENV.GITHUB_REF_NAME
          and .head_repository.full_name == $repository and ((.path | split("@"))[0] == $workflow)
          and (.conclusion == "success" or .conclusion == "failure" or .conclusion == "timed_out"))]
       | max_by(.id) | select(. != null) | .id'
}

workflow() { local path=${GITHUB_WORKFLOW_REF#"$GITHUB_REPOSITORY/"}; printf '%s' "${path%%@*}"; }

refused() {
  local why="nothing was applied: $1. Run the workflow by hand: it plans anew, waits for an approval and applies that"
  printf '**alz apply in %s:** %s.\n' "$WHERE" "$why" > "$TEMP/apply.md"
  commented apply "$NUMBER" "$TEMP/apply.md" || true
  fail "$why" "${2:-4}"
}

apply() {
  local status=0 id verdict newer
  case ${GITHUB_EVENT_NAME:-} in
    push | workflow_dispatch | schedule) ;;
    *) fail "apply does not run on ${GITHUB_EVENT_NAME:-nothing}: it follows a merge" ;;
  esac
  pinned
  reviewed
  newer=$(overtaken)
  [ -z "$newer" ] || refused "the files of this run are not the newest, run $newer came after it"
  id=$(api GET "repos/$GITHUB_REPOSITORY/actions/runs/$RUN/artifacts?per_page=100&name=$(artifact plan)" |
    jq -r --arg name "$(artifact plan)" '[.artifacts[] | select(.name == $name and (.expired | not))] | max_by(.id) | .id // empty')
  [ -n "$id" ] || refused "the plan $(artifact plan) of run $RUN is missing or has expired"
  fetch "$id" "$TEMP/reviewed.json" || refused "run $RUN has no plan that can be read: its last attempt may have failed"
  quoted 1 tell alz "${OPTIONS[@]}" apply "$TEMP/reviewed.json" --color never ${MORE[@]+"${MORE[@]}"} || status=$?
  case $status in
    0) verdict='done' ;;
    3) verdict='**not all of it is done**: a step failed, or its outcome is unknown. Run the job again; it looks before it sends anything' ;;
    4) refused 'the reviewed plan no longer holds, as files or platform have changed since. What is different is in the log of the run' ;;
    130) verdict='**interrupted**: what was not begun was not sent. Run the job again; it looks before it sends anything' ;;
    1) verdict='**refused**: nothing was sent' ;;
    *) verdict="**broken off** (exit $status): what became of it is not known. Run the job again; it looks before it sends anything" ;;
  esac
  { printf '**alz apply in %s:** %s\n\n<details><summary>What it said</summary>\n\n' "$WHERE" "$verdict"
    fenced "$TEMP/apply.log"
    printf '\n</details>\n'; } > "$TEMP/apply.md"
  summary "$(cat "$TEMP/apply.md")"
  commented apply "$NUMBER" "$TEMP/apply.md" || true
  [ "$status" = 0 ] || fail "apply ended with $status" "$status"
}

# Shown while it happens, and kept. The runner tells this script alone that a job is
# cancelled, ten seconds before it ends everything: passed on, alz finishes what is in
# flight and begins nothing new.
tell() {
  local job ended told status
  rm -f "$TEMP/apply.pid"
  # shellcheck disable=SC2016 # for the inner shell
  { bash -c 'echo "$$" > "$0"; exec "$@"' "$TEMP/apply.pid" "$@" 2>&1 | tee "$TEMP/apply.log"; } &
  job=$!
  trap 'trap "" INT TERM; told=1; [ ! -s "$TEMP/apply.pid" ] || kill -TERM "$(cat "$TEMP/apply.pid")" || true' INT TERM
  told='' status=0
  wait "$job" || status=$?
  # A signal ends the waiting, not the job.
  if [ -n "$told" ]; then
    ended=0
    wait "$job" || ended=$?
    [ "$ended" = 127 ] || status=$ended
  fi
  trap - INT TERM
  return "$status"
}

drift() {
  local status=0
  trusted || return 0
  pinned
  rm -rf "$TEMP/drift"; mkdir -p "$TEMP/drift"
  quoted 2 alz "${OPTIONS[@]}" drift --format markdown --comment-limit "$LIMIT" --report "json=$TEMP/drift/drift.json" \
    --report "html=$TEMP/drift/drift.html" --report "prometheus=$TEMP/drift/alz.prom" \
    ${MORE[@]+"${MORE[@]}"} > "$TEMP/drift.md" || status=$?
  [ ! -s "$TEMP/drift.md" ] || summary "$(cat "$TEMP/drift.md")"
  output artifact "$(artifact drift)"
  output report "$TEMP/drift"
  # With a report it was made, though not of all accounts: what it found is told, and the
  # run fails. An audit that did not happen has found nothing, and disproved nothing.
  if [ "$status" -gt 2 ] || { [ "$status" = 1 ] && [ ! -s "$TEMP/drift/drift.json" ]; }; then
    fail "the audit failed (exit $status): whether there is drift is not known" "$status"
  fi
  output drift "$([ "$status" = 0 ] && echo false || echo true)"
  [ "${ALZ_ACTION_COMMENT:-true}" != true ] || drift_issue
  [ "$status" != 1 ] || fail "the audit is not whole: what it found is told, and there may be more"
}

# One issue while there is drift, of $TEMP/drift.md and the $status of the audit.
drift_issue() {
  local open first extra mark title="alz: drift in $WHERE${SHARD:+, part $SHARD}"
  mark=$(body drift "$TEMP/drift.md")
  open=$(pages "repos/$GITHUB_REPOSITORY/issues?state=open&labels=alz-drift&direction=asc" |
    jq -r --arg mark "$mark" --arg author "${ALZ_ACTION_AUTHOR:?}" \
      '.[] | select(.pull_request == null and .user.login == $author and ((.body // "") | contains($mark))) | .number')
  first=$(head -n 1 <<< "$open")
  if [ "$status" != 0 ] && [ -z "$first" ]; then
    jq --arg title "$title" '. + { title: $title, labels: ["alz-drift"] }' "$TEMP/drift.md.body" > "$TEMP/issue"
    api POST "repos/$GITHUB_REPOSITORY/issues" "$TEMP/issue" > /dev/null
  elif [ "$status" != 0 ]; then
    api PATCH "repos/$GITHUB_REPOSITORY/issues/$first" "$TEMP/drift.md.body" > /dev/null
  fi
  # All of them where there is none left; else those that two audits at once opened twice.
  [ "$status" = 0 ] || open=$(tail -n +2 <<< "$open")
  for extra in $open; do
    jq '. + { state: "closed", state_reason: "completed" }' "$TEMP/drift.md.body" > "$TEMP/issue"
    api PATCH "repos/$GITHUB_REPOSITORY/issues/$extra" "$TEMP/issue" > /dev/null
  done
}

# --- the program -------------------------------------------------------------------------

target() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64) echo aarch64-unknown-linux-musl ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    *) echo none ;;
  esac
}

digest() { if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1; }

# Whose releases: those of the repository that this action was fetched from.
repository() {
  local path=${GITHUB_ACTION_PATH:-} owner
  if [ -n "${ALZ_ACTION_REPOSITORY:-}" ]; then printf '%s' "$ALZ_ACTION_REPOSITORY"
  elif [[ $path == */_actions/*/*/* ]]; then
    path=${path#*/_actions/}; owner=${path%%/*}; path=${path#*/}
    printf '%s/%s' "$owner" "${path%%/*}"
  fi
}

# What the program in the cache depends on (a branch's name stays while its source
# changes), and whose journal is kept.
key() {
  local source=${GITHUB_ACTION_PATH:-} what
  [ "$(uname -s)" = Linux ] || [ "$(uname -s)" = Darwin ] || fail "this action runs on Linux and macOS, not on $(uname -s)"
  what=${ALZ_ACTION_VERSION:-source}-$(repository)-${ALZ_ACTION_SHA256:-}
  if [ "${ALZ_ACTION_VERSION:-source}" = source ] && [ -d "$source/src" ]; then
    what=$(cd "$source" && find src Cargo.toml Cargo.lock -type f -print0 | LC_ALL=C sort -z | xargs -0 cat -- > "$TEMP/source" && digest "$TEMP/source")
    rm -f "$TEMP/source"
  fi
  output key "alz-$(uname -s)-$(uname -m)-$(printf '%s' "$what" | tr -c 'A-Za-z0-9._-' '-')"
  # No part can end as the next begins: prefixes of it choose what is restored.
  output journal "alz-journal-$(for what in "$ENVIRONMENT" "$PLACE" "$SHARD"; do printf '%s' "$what" | tr -c 'A-Za-z0-9._' '_'; printf '%s' -; done)"
}

# A release's archive. Nothing is run that has not the digest that was expected.
download() {
  local version=$1 name url expected from
  from=$(repository)
  [ -n "$from" ] || fail 'say where alz comes from: the input repository (owner/name, whose releases to use) or binary'
  name=alz-$version-$(target).tar.gz
  url=${GITHUB_SERVER_URL:?}/$from/releases/download/v$version
  curl --silent --show-error --fail --location --max-time 300 --retry 3 --output "$TEMP/$name" "$url/$name" ||
    fail "$from has no release $version for this machine ($name)"
  expected=${ALZ_ACTION_SHA256:-}
  if [ -z "$expected" ]; then
    curl --silent --show-error --fail --location --max-time 60 --retry 3 --output "$TEMP/SHA256SUMS" "$url/SHA256SUMS" ||
      fail "the release v$version has no SHA256SUMS: $name is not used unchecked"
    expected=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1 }' "$TEMP/SHA256SUMS")
  fi
  [ -n "$expected" ] && [ "$(digest "$TEMP/$name")" = "$expected" ] ||
    fail "$name has not the digest that was expected: it is not used"
  tar -xzf "$TEMP/$name" -C "$BIN" alz
}

# The source that this action was fetched with.
build() {
  local source=${GITHUB_ACTION_PATH:-} toolchain
  [ -f "$source/Cargo.toml" ] || fail 'this copy of the action has no source: say a version'
  toolchain=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$source/Cargo.toml")
  if command -v rustup > /dev/null; then
    rustup toolchain install "$toolchain" --profile minimal
    set -- "+$toolchain"
  fi
  cargo "$@" install --locked --path "$source" --root "$TEMP/cargo" --target-dir "$TEMP/target"
  cp "$TEMP/cargo/bin/alz" "$BIN/alz"
}

install() {
  local version=${ALZ_ACTION_VERSION:-source}
  BIN=$TEMP/bin
  mkdir -p "$BIN"
  if [ -n "${ALZ_ACTION_BINARY:-}" ]; then
    [ -x "$ALZ_ACTION_BINARY" ] || fail "there is no program $ALZ_ACTION_BINARY"
    BIN=$(cd "$(dirname "$ALZ_ACTION_BINARY")" && pwd)
  elif [ -x "$BIN/alz" ]; then
    : # from the cache, whose key holds all that chooses it
  elif [ "$version" = source ]; then build
  else download "$version"; fi
  "$BIN/alz" --version
  echo "$BIN" >> "${GITHUB_PATH:-/dev/null}"
}

case ${1:-} in
  key | install | validate | plan | merge | apply | drift) "$1" ;;
  *) fail "the action knows the commands plan, merge, apply, drift and validate, not ${1:-nothing}" ;;
esac
