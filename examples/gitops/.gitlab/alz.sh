#!/usr/bin/env bash
# What .gitlab-ci.yml asks of GitLab: one note with the plan, the plan that was reviewed,
# one issue while there is drift. It needs bash, curl and jq.
#
#   alz.sh note IID KIND FILE     writes FILE as the one note of its kind on a merge request
#   alz.sh reviewed FILE          fetches the plan of the merge request that this commit merges
#   alz.sh newest                 fails where a later pipeline has had its turn to apply
#   alz.sh issue FILE drift|none  opens or updates the one issue, or closes it
#
# ALZ_GITLAB_TOKEN is a project access token with the scope `api`. What strangers write
# (titles, branch names) is data here and never part of a command.
set -euo pipefail

readonly ENVIRONMENT=${ALZ_ENV:-default}
readonly PROJECT=projects/${CI_PROJECT_ID:?}
TEMP=$(mktemp -d)
trap 'rm -rf "$TEMP"' EXIT

fail() { echo "alz: $1" >&2; exit "${2:-1}"; }

# The token for curl: by a descriptor, not by the list of processes. As Authorization and
# not as PRIVATE-TOKEN, for GitLab sends the reader of an artefact on to its store, and
# curl leaves only the former behind at another host.
token() { printf 'header = "Authorization: Bearer %s"\n' "${ALZ_GITLAB_TOKEN:-}"; }

# api METHOD PATH [FILE].
api() {
  local method=$1 path=$2 file=${3:-} answer status
  local arguments=(--silent --show-error --location --max-time 60 --request "$method" --write-out '\n%{http_code}')
  [ "$method" != GET ] || arguments+=(--retry 3)
  [ -z "$file" ] || arguments+=(--header 'Content-Type: application/json' --data-binary "@$file")
  answer=$(curl "${arguments[@]}" --config <(token) "${CI_API_V4_URL:?}/$path") || fail "$method $path: GitLab can't be reached"
  status=${answer##*$'\n'}
  case $status in
    2??) printf '%s' "${answer%$'\n'*}" ;;
    *) fail "$method $path: GitLab answers $status" ;;
  esac
}

# pages PATH: the array of all pages.
pages() {
  local path=$1 page=1 part all='[]' join='?'
  [[ $path != *\?* ]] || join='&'
  while [ "$page" -le 100 ]; do
    part=$(api GET "$path${join}per_page=100&page=$page")
    all=$(jq -c --slurpfile all <(printf '%s' "$all") '$all[0] + .' <<< "$part")
    [ "$(jq length <<< "$part")" -eq 100 ] || break
    page=$((page + 1))
  done
  printf '%s' "$all"
}

# Our own notes and issues only: a marker in somebody else's is text.
me() { api GET user | jq .id; }

# The environment that was named counts; a document's own marker only where none was, as
# `--redact pii` may mask its name.
marker() {
  local found=''
  [ "$ENVIRONMENT" != default ] || found=$(grep -oE "<!-- alz:$1:[^<>]* -->" "$2" | head -n 1 || true)
  printf '%s' "${found:-<!-- alz:$1:$ENVIRONMENT -->}"
}

# marked KIND FILE: the document with its marker and where it comes from.
marked() {
  cp "$2" "$TEMP/document"
  printf '\n<sub>%s · [job](%s)</sub>\n' "${CI_COMMIT_SHORT_SHA:-}" "${CI_JOB_URL:-}" >> "$TEMP/document"
  grep -qF -- "$(marker "$1" "$2")" "$TEMP/document" || marker "$1" "$2" >> "$TEMP/document"
}

note() {
  local number=$1 kind=$2 file=$3 mark ids first extra
  [[ $number =~ ^[0-9]+$ ]] || fail "a merge request has a number, not $number"
  mark=$(marker "$kind" "$file")
  marked "$kind" "$file"
  jq -Rs '{ body: . }' "$TEMP/document" > "$TEMP/body"
  ids=$(pages "$PROJECT/merge_requests/$number/notes?sort=asc" |
    jq -r --arg mark "$mark" --argjson me "$(me)" '.[] | select(.author.id == $me and (.body | contains($mark))) | .id')
  first=$(head -n 1 <<< "$ids")
  if [ -z "$first" ]; then
    api POST "$PROJECT/merge_requests/$number/notes" "$TEMP/body" > /dev/null
    return
  fi
  api PUT "$PROJECT/merge_requests/$number/notes/$first" "$TEMP/body" > /dev/null
  for extra in $(tail -n +2 <<< "$ids"); do
    api DELETE "$PROJECT/merge_requests/$number/notes/$extra" > /dev/null
  done
}

reviewed() {
  local file=$1 request number head pipeline job
  request=$(api GET "$PROJECT/repository/commits/${CI_COMMIT_SHA:?}/merge_requests" |
    jq -c --arg sha "$CI_COMMIT_SHA" --arg branch "${CI_DEFAULT_BRANCH:?}" \
      '[.[] | select(.state == "merged" and .target_branch == $branch
        and (.merge_commit_sha == $sha or .squash_commit_sha == $sha or .sha == $sha))] | first // empty')
  [ -n "$request" ] || fail "nothing was applied: this commit is no merge of a merge request, so nobody has reviewed a plan of it. Run the pipeline by hand: it plans, waits for you and applies that"
  number=$(jq -r .iid <<< "$request")
  newest "$number"
  head=$(jq -r .sha <<< "$request")
  # The newest pipeline of this project (a fork's runs with what its owner likes), on the
  # commit that was merged or on its merge with the target branch.
  pipeline=$(api GET "$PROJECT/merge_requests/$number/pipelines" |
    jq -r --argjson project "$CI_PROJECT_ID" --arg head "$head" --arg merge "refs/merge-requests/$number/merge" \
      '[.[] | select(.source == "merge_request_event")] | max_by(.id)
       | select(. != null and .project_id == $project and (.sha == $head or .ref == $merge)) | .id')
  [ -n "$pipeline" ] || refused "$number" "!$number has no pipeline of this project on its last commit"
  job=$(api GET "$PROJECT/pipelines/$pipeline/jobs?per_page=100" |
    jq -r '[.[] | select(.name == "plan" and .status == "success")] | max_by(.id) | .id // empty')
  [ -n "$job" ] || refused "$number" "the pipeline $pipeline of !$number has no plan"
  curl --silent --show-error --fail --location --max-time 120 --retry 3 --output "$file" \
    --config <(token) "${CI_API_V4_URL:?}/$PROJECT/jobs/$job/artifacts/plan.json" ||
    refused "$number" "the plan of job $job is gone"
  printf '%s' "$number" > "${file%.json}.request"
}

# refused IID WHY: told where the review was, too.
refused() {
  local why="nothing was applied: $2. Run the pipeline by hand: it plans, waits for you and applies that"
  printf '**alz apply in %s:** %s.\n' "$ENVIRONMENT" "$why" > "$TEMP/refused.md"
  [ -z "$1" ] || (note "$1" apply "$TEMP/refused.md") || true
  fail "$why" 4
}

# A later pipeline of the default branch has had its turn, with newer files: to carry out
# an older one now, by running its job again, could put back what has been changed since,
# and the plan that was reviewed then would allow it. For whom: the merge request, if any.
newest() {
  local newer
  newer=$(api GET "$PROJECT/pipelines?ref=$(jq -rn '$ENV.CI_DEFAULT_BRANCH | @uri')&order_by=id&sort=desc&per_page=100" |
    jq -r '[.[] | select(.id > ($ENV.CI_PIPELINE_ID | tonumber) and (.source == "push" or .source == "web")
        and (.status == "success" or .status == "failed"))] | max_by(.id) | select(. != null) | .id')
  [ -z "$newer" ] || refused "${1:-}" "the files of this pipeline are not the newest, pipeline $newer came after it"
}

issue() {
  local file=$1 state=$2 mark open first extra
  mark=$(marker drift "$file")
  marked drift "$file"
  open=$(pages "$PROJECT/issues?state=opened&labels=alz-drift&sort=asc" |
    jq -r --arg mark "$mark" --argjson me "$(me)" '.[] | select(.author.id == $me and ((.description // "") | contains($mark))) | .iid')
  first=$(head -n 1 <<< "$open")
  if [ "$state" = drift ] && [ -z "$first" ]; then
    jq -Rs --arg title "alz: drift in $ENVIRONMENT" '{ title: $title, labels: "alz-drift", description: . }' "$TEMP/document" > "$TEMP/body"
    api POST "$PROJECT/issues" "$TEMP/body" > /dev/null
  elif [ "$state" = drift ]; then
    jq -Rs '{ description: . }' "$TEMP/document" > "$TEMP/body"
    api PUT "$PROJECT/issues/$first" "$TEMP/body" > /dev/null
  fi
  # All of them where there is none left; else those that two audits at once opened twice.
  [ "$state" = none ] || open=$(tail -n +2 <<< "$open")
  for extra in $open; do
    jq -Rs '{ description: ., state_event: "close" }' "$TEMP/document" > "$TEMP/body"
    api PUT "$PROJECT/issues/$extra" "$TEMP/body" > /dev/null
  done
}

case ${1:-} in
  note | reviewed | newest | issue) "$@" ;;
  *) fail "note, reviewed, newest or issue, not ${1:-nothing}" ;;
esac
