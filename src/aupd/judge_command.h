/*
 * One command of a person in hand, shared by the files that carry them out.
 */
#ifndef AUPD_AUPD_JUDGE_COMMAND_H
#define AUPD_AUPD_JUDGE_COMMAND_H

#include "aupd/judge.h"
#include "base/json.h"
#include "model/user.h"
#include "model/forwarding.h"
#include "model/principal.h"

struct commanding {
	struct judge *j;
	const struct json *root;
	struct str more;                /* lines behind the command: one entity each */
	struct principal p;             /* who asks, as proved */
	struct user_session session;         /* by which, when p.session is there */
	struct str who;                 /* the operator; of anybody else scope and id, "customer acme" */
	struct str before, after;       /* what it changes, for the audit: command_changes() */
	bool replayed;                  /* its Idempotency-Key belongs to another command */
	struct jsonw *w;                /* members of the answer */
	struct why *why;
	const struct held_frame *from;  /* that it came in */
	bool later;                     /* put off: nothing of it is done or answered, and it is folded again (judge_oidc.h) */
	int connection;                 /* that it came by; borrowed; -1 */
};

struct str command_arg(const struct commanding *c, const char *name);
void command_put_case(struct commanding *c, uint64_t number);   /* its name, as "case" of the answer */
uint64_t command_limit(const struct commanding *c);             /* of rows that are asked for; without one any number */
/* Who, when, about what and why: one row a look-up of a person; what was asked is sealed. */
enum err command_record_lookup(struct commanding *c, struct str asked, struct str because) MUST_CHECK;

/* What changes, in words for the audit. */
void command_changes(struct commanding *c, struct str before, struct str after);
/* A row of the audit: who, op, about what, before and after, why, and by which way he came. */
enum err command_record_deed(struct commanding *c, struct str op) MUST_CHECK;

/*
 * Who proved to ask: by the key in the line before the command, looked up here again, or by the credentials of the connection.
 * ERR_DENIED: nobody.
 */
enum err command_prove(struct judge *j, const struct json *proof, int connection, struct commanding *c) MUST_CHECK;
/*
 * The answer that was kept under the Idempotency-Key of the proof: ret_text; STR_NONE when there is none. ERR_EXISTS: kept of
 * another command.
 */
enum err command_replay(struct commanding *c, const struct json *proof, struct str command, struct str *ret_text) MUST_CHECK;
/* Keeps an answer, with the effects of its command. */
enum err command_keep(struct commanding *c, const struct json *proof, struct str command, struct str answer) MUST_CHECK;
/* Who came by the page of one case, and may speak of that one alone. ERR_NOTFOUND: the link opens nothing. */
enum err command_prove_page(struct judge *j, struct str token, struct commanding *c) MUST_CHECK;
/* The number in `case`, of a case that whoever asks sees: to everybody else it does not exist. */
enum err command_case(struct commanding *c, uint64_t *ret_number) MUST_CHECK;
/* May whoever asks see names and addresses of people in clear? A session by its role; whoever has none may. */
bool command_sees_people(const struct commanding *c);
/* `measures` of the object that is being written: those of a customer that were asked for or lifted within that time, or were in force through it. */
enum err customer_measures_put(struct commanding *c, struct str customer, int64_t from_at, int64_t until_at) MUST_CHECK;
/* `followed` and `sessions` of the object that is being written: the open sessions of a customer. *ret_more: there are more than are told. */
enum err customer_sessions_put(struct commanding *c, struct str customer, bool *ret_more) MUST_CHECK;
/* The hold of that row of TABLE_HOLD, as a member of the array that the answer is in. */
enum err hold_put(struct commanding *c, const struct row *row) MUST_CHECK;

/* That event as a member of the list of attachments that is being written. */
void attachment_put(struct commanding *c, const struct case_event *event);

enum err cmd_audit(struct commanding *c) MUST_CHECK;
enum err cmd_sessions(struct commanding *c) MUST_CHECK;
enum err cmd_session_end(struct commanding *c) MUST_CHECK;
enum err cmd_keys_set(struct commanding *c) MUST_CHECK;
enum err cmd_password(struct commanding *c) MUST_CHECK;
enum err cmd_recovery(struct commanding *c) MUST_CHECK;
enum err cmd_policy_tested(struct commanding *c) MUST_CHECK;
enum err cmd_policy_backtest(struct commanding *c) MUST_CHECK;
enum err cmd_policy_bundle(struct commanding *c) MUST_CHECK;
enum err cmd_policy_letters(struct commanding *c) MUST_CHECK;
enum err cmd_user_add(struct commanding *c) MUST_CHECK;
enum err cmd_user_role(struct commanding *c) MUST_CHECK;
enum err cmd_user_reset(struct commanding *c) MUST_CHECK;
enum err cmd_user_disable(struct commanding *c) MUST_CHECK;
enum err cmd_users(struct commanding *c) MUST_CHECK;
enum err cmd_login(struct commanding *c) MUST_CHECK;
enum err cmd_logout(struct commanding *c) MUST_CHECK;
enum err cmd_prove(struct commanding *c) MUST_CHECK;
enum err cmd_session_seen(struct commanding *c) MUST_CHECK;
enum err cmd_welcome(struct commanding *c) MUST_CHECK;
enum err cmd_welcome_code(struct commanding *c) MUST_CHECK;
enum err cmd_login_oidc(struct commanding *c) MUST_CHECK;
enum err cmd_prove_oidc(struct commanding *c) MUST_CHECK;
enum err cmd_bind_oidc(struct commanding *c) MUST_CHECK;
enum err cmd_oidc_back(struct commanding *c) MUST_CHECK;
enum err cmd_user_oidc(struct commanding *c) MUST_CHECK;
enum err cmd_key_add(struct commanding *c) MUST_CHECK;
enum err cmd_key_revoke(struct commanding *c) MUST_CHECK;
enum err cmd_my_acknowledge(struct commanding *c) MUST_CHECK;
enum err cmd_my_result(struct commanding *c) MUST_CHECK;
enum err cmd_my_policy_acknowledge(struct commanding *c) MUST_CHECK;
/* An answer, a mending or an appeal of whoever the case is of, with `text`; ERR_CONFLICT: it is closed. */
enum err command_of_holder(struct commanding *c, enum case_input_type type, uint64_t of) MUST_CHECK;
/* What the reseller who asks says to the complaint of that number, by a word of forward.h. */
enum err command_of_reseller(struct commanding *c, uint64_t number, enum forward_state state, struct str word) MUST_CHECK;
enum err cmd_onetime(struct commanding *c) MUST_CHECK;
enum err cmd_blocked(struct commanding *c) MUST_CHECK;
enum err cmd_my_scorecard(struct commanding *c) MUST_CHECK;
enum err cmd_my_terms(struct commanding *c) MUST_CHECK;
enum err cmd_my_keys(struct commanding *c) MUST_CHECK;
enum err cmd_my_key_add(struct commanding *c) MUST_CHECK;
enum err cmd_my_key_revoke(struct commanding *c) MUST_CHECK;
enum err cmd_my_told(struct commanding *c) MUST_CHECK;
enum err cmd_my_reasons(struct commanding *c) MUST_CHECK;
enum err cmd_my_answer(struct commanding *c) MUST_CHECK;
enum err cmd_my_evidence(struct commanding *c) MUST_CHECK;
enum err cmd_my_pack(struct commanding *c) MUST_CHECK;
enum err cmd_my_fixed(struct commanding *c) MUST_CHECK;
enum err cmd_my_appeal(struct commanding *c) MUST_CHECK;
enum err cmd_registry_import(struct commanding *c) MUST_CHECK;
enum err cmd_registry_export(struct commanding *c) MUST_CHECK;
/* What binds that customer or reseller. */
enum err command_terms(struct commanding *c, struct str customer) MUST_CHECK;
enum err cmd_registry_terms(struct commanding *c) MUST_CHECK;
enum err cmd_reseller_ack(struct commanding *c) MUST_CHECK;
enum err cmd_reseller_fail(struct commanding *c) MUST_CHECK;
enum err cmd_reseller_pass(struct commanding *c) MUST_CHECK;
enum err cmd_reseller_finding(struct commanding *c) MUST_CHECK;
enum err cmd_reseller_plan(struct commanding *c) MUST_CHECK;
enum err cmd_reseller_kept(struct commanding *c) MUST_CHECK;
/* Findings and plan of the reseller's review, as lists of the object that is being written. */
void plan_put(struct commanding *c, const struct conduct *conduct);
enum err cmd_reseller_list(struct commanding *c) MUST_CHECK;
enum err cmd_reseller_scorecard(struct commanding *c) MUST_CHECK;
enum err cmd_reseller_tree(struct commanding *c) MUST_CHECK;
enum err cmd_reseller_show(struct commanding *c) MUST_CHECK;
enum err cmd_bindings_import(struct commanding *c) MUST_CHECK;
enum err cmd_bindings_follow(struct commanding *c) MUST_CHECK;
enum err cmd_bindings_status(struct commanding *c) MUST_CHECK;
enum err cmd_reporter_decide(struct commanding *c) MUST_CHECK;
enum err cmd_reporter_show(struct commanding *c) MUST_CHECK;
enum err cmd_reporters(struct commanding *c) MUST_CHECK;
enum err cmd_customer_show(struct commanding *c) MUST_CHECK;
enum err cmd_erase(struct commanding *c) MUST_CHECK;
enum err cmd_hold(struct commanding *c) MUST_CHECK;
enum err cmd_holds(struct commanding *c) MUST_CHECK;
enum err cmd_who(struct commanding *c) MUST_CHECK;
enum err cmd_act_preview(struct commanding *c) MUST_CHECK;
enum err cmd_customer_sessions(struct commanding *c) MUST_CHECK;
enum err cmd_usage(struct commanding *c) MUST_CHECK;
enum err cmd_lookups(struct commanding *c) MUST_CHECK;
enum err cmd_confirm(struct commanding *c) MUST_CHECK;
enum err cmd_discard(struct commanding *c) MUST_CHECK;
enum err cmd_answer(struct commanding *c) MUST_CHECK;
enum err cmd_reparse(struct commanding *c) MUST_CHECK;
enum err cmd_ignore(struct commanding *c) MUST_CHECK;
enum err cmd_evidence_status(struct commanding *c) MUST_CHECK;
enum err cmd_evidence_consistency(struct commanding *c) MUST_CHECK;
enum err cmd_evidence_proof(struct commanding *c) MUST_CHECK;
enum err cmd_evidence_export(struct commanding *c) MUST_CHECK;
enum err cmd_evidence_policy(struct commanding *c) MUST_CHECK;
enum err cmd_evidence_raw(struct commanding *c) MUST_CHECK;
enum err cmd_evidence_seal(struct commanding *c) MUST_CHECK;
enum err cmd_reasons(struct commanding *c) MUST_CHECK;
enum err cmd_case_explain(struct commanding *c) MUST_CHECK;
enum err cmd_case_notice(struct commanding *c) MUST_CHECK;
enum err cmd_appeals(struct commanding *c) MUST_CHECK;
enum err cmd_today(struct commanding *c) MUST_CHECK;
enum err cmd_unattributed(struct commanding *c) MUST_CHECK;
enum err cmd_case_raw(struct commanding *c) MUST_CHECK;
enum err cmd_sightings(struct commanding *c) MUST_CHECK;
enum err cmd_policy_post(struct commanding *c) MUST_CHECK;
enum err cmd_policy_shadow(struct commanding *c) MUST_CHECK;
enum err cmd_policy_draft(struct commanding *c) MUST_CHECK;
enum err cmd_policy_versions(struct commanding *c) MUST_CHECK;
enum err cmd_policy_version(struct commanding *c) MUST_CHECK;
enum err cmd_policy_file(struct commanding *c) MUST_CHECK;
enum err cmd_policy_changes(struct commanding *c) MUST_CHECK;

/* The next customers are told of a significant version, the next resellers asked to acknowledge one: rows of TABLE_SWITCH that are due. */
bool judge_policy_is_telling(const struct row *due);
enum err judge_policy_tell(struct judge *j, const struct row *due, struct why *why) MUST_CHECK;
enum err cmd_search(struct commanding *c) MUST_CHECK;
enum err cmd_queue(struct commanding *c) MUST_CHECK;
enum err cmd_webhook_add(struct commanding *c) MUST_CHECK;
enum err cmd_webhook_remove(struct commanding *c) MUST_CHECK;
enum err cmd_webhook_rotate(struct commanding *c) MUST_CHECK;
enum err cmd_webhook_enable(struct commanding *c) MUST_CHECK;
enum err cmd_webhook_test(struct commanding *c) MUST_CHECK;
enum err cmd_webhook_redeliver(struct commanding *c) MUST_CHECK;
enum err cmd_case_next(struct commanding *c) MUST_CHECK;
enum err cmd_case_back(struct commanding *c) MUST_CHECK;
enum err cmd_case_bulk(struct commanding *c) MUST_CHECK;
enum err cmd_case_bulk_undo(struct commanding *c) MUST_CHECK;
enum err cmd_case_snooze(struct commanding *c) MUST_CHECK;
enum err cmd_case_wake(struct commanding *c) MUST_CHECK;
enum err cmd_case_attach(struct commanding *c) MUST_CHECK;
enum err cmd_case_attachment(struct commanding *c) MUST_CHECK;
enum err cmd_case_bulks(struct commanding *c) MUST_CHECK;
enum err cmd_macro_add(struct commanding *c) MUST_CHECK;
enum err cmd_macro_remove(struct commanding *c) MUST_CHECK;
enum err cmd_macros(struct commanding *c) MUST_CHECK;
enum err cmd_macro_run(struct commanding *c) MUST_CHECK;

#endif
