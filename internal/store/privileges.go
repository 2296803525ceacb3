package store

import (
	"slices"
	"strings"

	"hame/internal/casefile"
)

// privileges are granted anew at each set-up. The worker writes facts, and
// neither changes nor deletes what people did; staff insert commands, select the
// views, and call the functions named here.
var privileges = []string{
	`revoke all on all tables in schema hame from hame_worker, hame_staff`,
	`revoke execute on all functions in schema hame from public`,
	`grant select on all tables in schema hame to hame_worker`,
	`grant insert, update on listing, backlog_lane, review, stage_entry, task, letter, letter_sent, evidence, contact, interview,
	     welfare_check, welfare_waiver, representation, security_check, recommendation, hold, post_item, correction, looked_into, waiting_place,
	     import_difference to hame_worker`,
	// What two officers did, and what was done to find a family or for a return, is written once: how it ended is added.
	`grant insert on second_request, withdrawal, return_step, removal_window, tracing, trace_step, archive, reopening to hame_worker`,
	`grant update (result, second_by, second_id, settled_on) on second_request to hame_worker`,
	`grant update (heard_on, representative, thought_over_on, settled_on, result) on withdrawal to hame_worker`,
	`grant update (closed_on, closed_why) on removal_window to hame_worker`,
	`grant update (ended_on, result) on tracing to hame_worker`,
	`grant update (until) on archive to hame_worker`,
	`grant update (started_at) on reopening to hame_worker`,
	// That files were merged, and parted again, is written once.
	`grant insert on file_merge, file_unmerge, merge_person, merge_fact to hame_worker`,
	`grant insert, update (lifted_on, lifted_by) on person_end to hame_worker`,
	`grant update (started_at) on split to hame_worker`,
	`grant insert, update (state) on person_flag to hame_worker`,
	`grant insert, update (second_by, settled_on, result) on flag_request to hame_worker`,
	// What officers proposed, decided and found is written once. Of an outcome, only what became of it is added.
	`grant insert on officer, proposal, proposal_outcome, finding, decision, named_on_case to hame_worker`,
	`grant insert (case_ref, decision_no, person_no, outcome) on decision_outcome to hame_worker`,
	`grant update (state, returned_by, return_codes) on proposal to hame_worker`,
	`grant update (served_on, served_how, proof, status_issued_on, no_appeal_on, appeal_on, appeal_permission, appeal_heard_on,
	     appeal_result, appeal_ended_on, fell_on, fell_why) on decision_outcome to hame_worker`,
	`grant insert, update (child_when_listed, name_key, relationship, ` +
		strings.Join(slices.Concat(casefile.PersonFacts, casefile.ClaimFacts), ", ") + `) on person to hame_worker`,
	`grant update (restricted, ` + strings.Join(casefile.FamilyFacts, ", ") + `) on family to hame_worker`,
	`grant insert on rung, threshold, command_outcome, deadline_change, answer_change, extension to hame_worker`,
	`grant insert, update (result, settled_at, settled_by, recorded_at) on council_move to hame_worker`,
	`grant update (council) on family to hame_worker`,
	`grant insert, update (result, considered_on, considered_by) on submission to hame_worker`,
	`grant insert on representative_change to hame_worker`,
	`grant insert, update (ended_on, result, ended_by, fell) on proceeding to hame_worker`,
	`grant update (task_id, withdrawn_on, withdrawn_by, withdrawal_id) on extension to hame_worker`,
	`grant insert, update (second_by, second_id, settled_at, result) on strike to hame_worker`,
	`grant update (finished_at, passes, failed, asked_again) on calendar_application to hame_worker`,
	`grant update (seen_at) on calendar_case to hame_worker`,
	`grant update on lane_lock to hame_worker`, // to lock a row takes the right to change it
	`grant update (business_now) on programme to hame_worker`,
	`grant execute on all functions in schema hame to hame_worker`,
	`revoke execute on function chain_append, import_merge, import_moves, record_refusal, case_file, case_timeline, act_text,
	     receive_post, dismiss_post, settle_arrival, resolve_duplicate, accept_command, waiting_order, my_command, await_outcome,
	     ask_comparison, await_comparison, comparison_findings, try_calendar_again,
	     staff_list, audit_reads, audit_show, audit_heads, audit_check, erase_text, apply_calendar, case_clocks, my_acts, what_follows,
	     list_imports, take_back_import, listed_pairs, resolve_listed_pair, list_moves from hame_worker`,
	`grant insert (id, case_ref, lane, office, kind, subject_no, attested_on, fields, text_digest) on command to hame_staff`,
	`grant insert (command_id, salt, body) on command_text to hame_staff`,
	`grant insert (` + strings.Join(stagedFamily, ", ") + `) on import_staging to hame_staff`,
	`grant insert (` + strings.Join(stagedPerson, ", ") + `) on import_staging_person to hame_staff`,
	`grant execute on function list_cases, case_summary, list_tasks, list_letters, list_post, list_duplicates, record_read,
	     has_role, my_person, my_roles, may_see, runs_apart, sight_of, my_part, business_now, case_file, case_timeline, act_text,
	     record_refusal, import_merge, import_moves, programme_report, figures, verify_record, business_today, receive_post,
	     dismiss_post, settle_arrival, resolve_duplicate, waiting_order, my_command, await_outcome,
	     worker_away_for, ask_comparison, await_comparison, comparison_findings, try_calendar_again,
	     staff_list, audit_reads, audit_show, audit_heads, audit_check, erase_text, case_clocks, my_acts, what_follows, calendar_in_force, calendar_progress, holidays_of,
	     apply_calendar, deadlines_on_record, answers_on_record, list_imports, take_back_import, listed_pairs, resolve_listed_pair, list_moves to hame_staff`,
}
