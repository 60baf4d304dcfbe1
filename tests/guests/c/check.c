// The conformance check in C. What the host hands over belongs to this instance, which lives for one run: it frees nothing.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

typedef conformance_string_t string;
typedef dbg_check_check_types_scalar_t scalar;
typedef dbg_check_check_types_list_scalar_t scalars;
typedef exports_dbg_check_guest_failure_t failure;

#define MOST_NUMBERS 1000

// A text of C as one of the contract, valid as long as the first.
static string *of(const char *text) {
    static string slots[8];
    static size_t next;
    string *slot = &slots[next++ % 8];
    conformance_string_set(slot, text);
    return slot;
}

static char *copied(string text) {
    char *copy = malloc(text.len + 1);
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    return copy;
}

static const char *yes(bool value) { return value ? "yes" : "no"; }

static scalars values(exports_dbg_check_guest_list_arg_t *args, const char *name) {
    for (size_t i = 0; i < args->len; i++) {
        string found = args->ptr[i].name;
        if (found.len == strlen(name) && memcmp(found.ptr, name, found.len) == 0) return args->ptr[i].values;
    }
    return (scalars){0};
}

static string text(exports_dbg_check_guest_list_arg_t *args, const char *name) {
    scalars found = values(args, name);
    return found.len ? found.ptr[0].val.text : *of("");
}

static void echo(exports_dbg_check_guest_list_arg_t *args, int64_t count) {
    char buffer[1024];
    string given = text(args, "text"), wait = text(args, "wait"), colour = text(args, "colour"), target;
    dbg_check_report_own_finding_t own =
        dbg_check_report_add_finding(of("echo"), DBG_CHECK_REPORT_SEVERITY_PASS, of("these arrived"));
    dbg_check_report_borrow_finding_t finding = dbg_check_report_borrow_finding(own);
    dbg_check_report_method_finding_evidence(finding, of("text"), &given);
    snprintf(buffer, sizeof buffer, "%lld", (long long)count);
    dbg_check_report_method_finding_evidence(finding, of("count"), of(buffer));
    scalars flag = values(args, "flag");
    dbg_check_report_method_finding_evidence(finding, of("flag"), of(yes(flag.len && flag.ptr[0].val.boolean)));
    dbg_check_report_method_finding_evidence(finding, of("wait"), &wait);
    dbg_check_report_method_finding_evidence(finding, of("colour"), &colour);
    scalars many = values(args, "many");
    size_t used = 0;
    strcpy(buffer, "none");
    for (size_t i = 0; i < many.len && used < sizeof buffer; i++) {
        const char *blank = i ? " " : "";
        used += snprintf(buffer + used, sizeof buffer - used, "%s%lld", blank, (long long)many.ptr[i].val.integer);
    }
    dbg_check_report_method_finding_evidence(finding, of("many"), of(buffer));
    dbg_check_run_context_target(&target);
    dbg_check_report_method_finding_evidence(finding, of("target"), &target);
    dbg_check_report_method_finding_evidence(finding, of("has time"), of(yes(dbg_check_run_context_remaining_ms() > 0)));
    dbg_check_report_method_finding_evidence(finding, of("cancelled"), of(yes(dbg_check_run_context_cancelled())));
    conformance_list_u8_t bytes = {given.ptr, given.len};
    dbg_check_report_method_finding_evidence_bytes(finding, of("bytes"), &bytes);
    dbg_check_report_method_finding_next_step(finding, of("run it again"));
    dbg_check_report_method_finding_many(finding, of("echo"));
    dbg_check_report_method_finding_about(finding, &colour);
    dbg_check_report_finding_drop_own(own);
}

static void numbers(size_t count) {
    static int64_t number[MOST_NUMBERS];
    static double half[MOST_NUMBERS];
    static bool even[MOST_NUMBERS];
    static string name[MOST_NUMBERS];
    static uint32_t odd[MOST_NUMBERS];
    size_t missing = 0;
    for (size_t i = 0; i < count; i++) {
        char buffer[32];
        number[i] = (int64_t)i + 1;
        half[i] = (double)number[i] / 2;
        even[i] = number[i] % 2 == 0;
        if (!even[i]) odd[missing++] = (uint32_t)i;
        snprintf(buffer, sizeof buffer, "number %lld", (long long)number[i]);
        conformance_string_dup(&name[i], even[i] ? buffer : "");
    }
    dbg_check_report_own_table_t own = dbg_check_report_add_table(of("numbers"), of("Numbers"));
    dbg_check_report_borrow_table_t table = dbg_check_report_borrow_table(own);
    dbg_check_report_method_table_add_column(table, of("number"), DBG_CHECK_REPORT_COLUMN_KIND_INTEGER, of(""));
    dbg_check_report_method_table_add_column(table, of("half"), DBG_CHECK_REPORT_COLUMN_KIND_REAL, of(""));
    dbg_check_report_method_table_add_column(table, of("even"), DBG_CHECK_REPORT_COLUMN_KIND_BOOLEAN, of(""));
    dbg_check_report_method_table_add_column(table, of("name"), DBG_CHECK_REPORT_COLUMN_KIND_TEXT, of(""));
    dbg_check_report_column_batch_t columns[4] = {
        {.data = {.tag = DBG_CHECK_REPORT_VALUES_INTEGER, .val.integer = {number, count}}},
        {.data = {.tag = DBG_CHECK_REPORT_VALUES_REAL, .val.real = {half, count}}},
        {.data = {.tag = DBG_CHECK_REPORT_VALUES_BOOLEAN, .val.boolean = {even, count}}},
        {.data = {.tag = DBG_CHECK_REPORT_VALUES_TEXT, .val.text = {name, count}}, .missing = {odd, missing}},
    };
    dbg_check_report_list_column_batch_t batch = {columns, 4};
    if (count) dbg_check_report_method_table_add_rows(table, &batch);
    dbg_check_report_own_finding_t finding =
        dbg_check_report_add_finding(of("numbers"), DBG_CHECK_REPORT_SEVERITY_INFO, of("these are numbers"));
    dbg_check_report_method_finding_evidence_table(dbg_check_report_borrow_finding(finding), of("they are"), table);
    dbg_check_report_finding_drop_own(finding);
    dbg_check_report_table_drop_own(own);
}

// Whether the configuration could be read; else why not.
static bool servers(failure *why) {
    char buffer[256];
    dbg_resolver_resolver_config_own_configuration_t own;
    dbg_resolver_resolver_config_error_t error;
    if (!dbg_resolver_resolver_config_read(&own, &error)) {
        why->text = error.text;
        why->code = error.code == DBG_RESOLVER_RESOLVER_ERRORS_ERROR_CODE_DENIED ? DBG_CHECK_CHECK_TYPES_FAILURE_CODE_DENIED
                    : error.code == DBG_RESOLVER_RESOLVER_ERRORS_ERROR_CODE_NOT_FOUND
                        ? DBG_CHECK_CHECK_TYPES_FAILURE_CODE_UNSUPPORTED
                        : DBG_CHECK_CHECK_TYPES_FAILURE_CODE_OTHER;
        return false;
    }
    dbg_resolver_resolver_config_borrow_configuration_t configuration = dbg_resolver_resolver_config_borrow_configuration(own);
    dbg_resolver_resolver_config_list_nameserver_t found;
    dbg_resolver_resolver_config_method_configuration_nameservers(configuration, &found);
    snprintf(buffer, sizeof buffer, "%zu name servers", found.len);
    dbg_check_report_own_finding_t finding =
        dbg_check_report_add_finding(of("servers"), DBG_CHECK_REPORT_SEVERITY_PASS, of(buffer));
    for (size_t i = 0; i < found.len; i++) {
        snprintf(buffer, sizeof buffer, "%s port %u", copied(found.ptr[i].address), found.ptr[i].port);
        dbg_check_report_method_finding_evidence(dbg_check_report_borrow_finding(finding), of("server"), of(buffer));
    }
    unsigned ndots = dbg_resolver_resolver_config_method_configuration_ndots(configuration);
    snprintf(buffer, sizeof buffer, "%u", ndots);
    dbg_check_report_method_finding_evidence(dbg_check_report_borrow_finding(finding), of("ndots"), of(buffer));
    dbg_check_report_finding_drop_own(finding);
    dbg_resolver_resolver_config_configuration_drop_own(own);
    return true;
}

bool exports_dbg_check_guest_run(conformance_string_t *check, exports_dbg_check_guest_list_arg_t *args, failure *why) {
    if (strcmp(copied(*check), "conformance") != 0) {
        why->code = DBG_CHECK_CHECK_TYPES_FAILURE_CODE_NO_SUCH_CHECK;
        conformance_string_dup(&why->text, "there is no such check");
        return false;
    }
    scalars count = values(args, "count");
    int64_t numbered = count.len ? count.ptr[0].val.integer : 0;
    dbg_check_report_progress(1, 2, of("echoing"));
    echo(args, numbered);
    numbers(numbered < MOST_NUMBERS ? (size_t)numbered : MOST_NUMBERS);
    if (!servers(why)) return false;

    string given = text(args, "text"), colour = text(args, "colour");
    conformance_tuple2_string_string_t label = {*of("colour"), colour};
    conformance_list_tuple2_string_string_t labels = {&label, 1};
    dbg_check_report_metric(of("numbers"), of("count"), (double)numbered, &labels);
    dbg_check_report_own_artifact_t artifact = dbg_check_report_add_artifact(of("notes.txt"), of("text/plain"));
    conformance_list_u8_t bytes = {given.ptr, given.len}, end = {(uint8_t *)"\n", 1};
    dbg_check_report_method_artifact_write(dbg_check_report_borrow_artifact(artifact), &bytes);
    dbg_check_report_method_artifact_write(dbg_check_report_borrow_artifact(artifact), &end);
    dbg_check_report_artifact_drop_own(artifact);
    if (text(args, "ending").len == strlen("failure")) {
        why->code = DBG_CHECK_CHECK_TYPES_FAILURE_CODE_OTHER;
        conformance_string_dup(&why->text, "asked to fail");
        return false;
    }
    return true;
}
