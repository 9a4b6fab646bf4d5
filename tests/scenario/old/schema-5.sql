-- A store of schema 5 as aupd wrote it then, of customers and reporters that were made up. See ../upgrade.t.
BEGIN;
CREATE TABLE t1(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t1_owner ON t1(owner, rank, key);
CREATE INDEX t1_state ON t1(state, rank, key);
CREATE INDEX t1_rank ON t1(rank, key);
CREATE INDEX t1_due ON t1(due) WHERE due IS NOT NULL;
CREATE TABLE t2(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t2_rank ON t2(rank, key);
CREATE TABLE t3(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE t4(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t4_due ON t4(due) WHERE due IS NOT NULL;
CREATE TABLE t5(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t5_rank ON t5(rank, key);
CREATE INDEX t5_due ON t5(due) WHERE due IS NOT NULL;
CREATE TABLE t6(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t6_owner ON t6(owner, rank, key);
CREATE INDEX t6_state ON t6(state, rank, key);
CREATE INDEX t6_rank ON t6(rank, key);
CREATE INDEX t6_due ON t6(due) WHERE due IS NOT NULL;
CREATE TABLE t7(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t7_rank ON t7(rank, key);
CREATE TABLE t8(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE t9(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t9_state ON t9(state, rank, key);
CREATE INDEX t9_rank ON t9(rank, key);
CREATE INDEX t9_due ON t9(due) WHERE due IS NOT NULL;
CREATE TABLE t10(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE t11(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t11_due ON t11(due) WHERE due IS NOT NULL;
CREATE TABLE t12(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t12_due ON t12(due) WHERE due IS NOT NULL;
CREATE TABLE t13(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t13_owner ON t13(owner, rank, key);
CREATE INDEX t13_due ON t13(due) WHERE due IS NOT NULL;
CREATE TABLE t14(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t14_rank ON t14(rank, key);
CREATE TABLE t15(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t15_owner ON t15(owner, rank, key);
CREATE INDEX t15_rank ON t15(rank, key);
CREATE TABLE t16(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE t17(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t17_due ON t17(due) WHERE due IS NOT NULL;
CREATE TABLE t18(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t18_due ON t18(due) WHERE due IS NOT NULL;
CREATE TABLE t19(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t19_rank ON t19(rank, key);
CREATE TABLE t20(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE t21(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t21_owner ON t21(owner, rank, key);
CREATE INDEX t21_due ON t21(due) WHERE due IS NOT NULL;
CREATE TABLE t22(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE TABLE t23(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t23_rank ON t23(rank, key);
CREATE TABLE t24(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t24_owner ON t24(owner, rank, key);
CREATE INDEX t24_rank ON t24(rank, key);
CREATE INDEX t24_due ON t24(due) WHERE due IS NOT NULL;
CREATE TABLE t25(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t25_due ON t25(due) WHERE due IS NOT NULL;
CREATE TABLE t26(key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, owner BLOB NOT NULL, state BLOB NOT NULL, tenant BLOB NOT NULL, due INTEGER, rank INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX t26_due ON t26(due) WHERE due IS NOT NULL;
CREATE TABLE mark(source INTEGER, hop INTEGER, lane INTEGER, segment INTEGER NOT NULL, off INTEGER NOT NULL, idx INTEGER NOT NULL, PRIMARY KEY(source, hop, lane)) STRICT, WITHOUT ROWID;
INSERT INTO t1 VALUES(CAST('acme/spam/0' AS BLOB), 6, CAST('acme' AS BLOB), CAST('paused' AS BLOB), CAST('/' AS BLOB), NULL, 1795769574968189, CAST('{"number":317,"customer":"acme","tenant":"/","group":"spam","service":"acme-mail","state":"paused","flags":4,"policy":"2026-03-01","clause":"email.unsolicited","rule":"several","ladder":"spam","severity":"medium","grade":"A","assigned":"tester","opened_at":1795769574968189,"changed_at":1795769574968189,"first_event_at":1795769575000000,"last_event_at":1795769575000000,"event_count":10,"report_count":2,"incident_count":1,"strikes":1,"recent":[{"key":"b5a1f84ee5bd24cc","first_at":1795769575000000,"last_at":1795769575000000,"reports":2,"witnesses":["fbl@reporter-a.example","fbl@reporter-b.example"]}],"next_step":1,"rounds":1,"ladder_started_at":1795769574968189,"paused_at":1795769574968189,"fix_by_at":1795942374968189,"appeal_until_at":1798361574968189,"answered":true,"noticed":true,"letters":1,"because":"2 reporters had mail from 203.0.113.17","source_text":"203.0.113.17","opened_by":"rule","acts":["C-317/s0.1/notify/first"]}' AS BLOB));
INSERT INTO t1 VALUES(CAST('bakery/fraud/0' AS BLOB), 3, CAST('bakery' AS BLOB), CAST('resolved' AS BLOB), CAST('/hostland/' AS BLOB), NULL, 1795769574968189, CAST('{"number":507,"customer":"bakery","tenant":"/hostland/","group":"fraud","resellers":["hostland"],"state":"resolved","policy":"2026-03-01","clause":"fraud.misleading","rule":"phishing","ladder":"fraud","severity":"high","grade":"A","opened_at":1795769574968189,"changed_at":1795769574968189,"resolved_at":1795769574968189,"first_event_at":1795769575000000,"last_event_at":1795769575000000,"event_count":5,"report_count":1,"incident_count":1,"strikes":1,"recent":[{"key":"2b9beaabaee01459","first_at":1795769575000000,"last_at":1795769575000000,"reports":1,"witnesses":["api:trusted-desk"]}],"next_step":1,"rounds":1,"ladder_started_at":1795769574968189,"fix_by_at":1795812774968189,"appeal_until_at":1798361574968189,"noticed":true,"letters":1,"because":"a page at 203.0.113.66 deceives","source_text":"203.0.113.66","opened_by":"rule","resolution":"mended","acts":["C-507/s0.1/notify/first"]}' AS BLOB));
INSERT INTO t1 VALUES(CAST('bakery/sealed/0' AS BLOB), 2, CAST('bakery' AS BLOB), CAST('sealed' AS BLOB), CAST('/hostland/' AS BLOB), NULL, 1795769574968189, CAST('{"number":763,"customer":"bakery","tenant":"/hostland/","group":"sealed","resellers":["hostland"],"state":"sealed","flags":131,"policy":"2026-03-01","clause":"content.csam","rule":"any","ladder":"sealed","severity":"critical","grade":"A","opened_at":1795769574968189,"changed_at":1795769574968189,"first_event_at":1795769575000000,"last_event_at":1795769575000000,"event_count":3,"report_count":1,"incident_count":1,"strikes":1,"recent":[{"key":"d0823bf2183751bb","first_at":1795769575000000,"last_at":1795769575000000,"reports":1,"witnesses":[""]}],"next_step":1,"rounds":1,"ladder_started_at":1795769574968189,"appeal_until_at":1798361574968189,"opened_by":"rule","acts":["C-763/s0.1/task/person"]}' AS BLOB));
INSERT INTO t1 VALUES(CAST('smith/spam/0' AS BLOB), 5, CAST('smith' AS BLOB), CAST('open' AS BLOB), CAST('/' AS BLOB), NULL, 1795769574968189, CAST('{"number":487,"customer":"smith","tenant":"/","group":"spam","service":"smith-line","state":"open","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","ladder":"spam","severity":"medium","grade":"A","opened_at":1795769574968189,"changed_at":1795942374968189,"first_event_at":1795769575000000,"last_event_at":1795769575000000,"event_count":8,"report_count":2,"incident_count":1,"strikes":1,"recent":[{"key":"90d308a207b809f4","first_at":1795769575000000,"last_at":1795769575000000,"reports":2,"witnesses":["fbl@reporter-a.example","fbl@reporter-b.example"]}],"next_step":2,"rounds":1,"ladder_started_at":1795769574968189,"fix_by_at":1795942374968189,"appeal_until_at":1798361574968189,"noticed":true,"letters":2,"because":"2 reporters had mail from 203.0.113.130","source_text":"203.0.113.130","opened_by":"rule","acts":["C-487/s0.1/notify/first","C-487/s1.1/limit/mail","C-487/s1.1/notify/limit-notice"]}' AS BLOB));
INSERT INTO t2 VALUES(CAST('317/00000001' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":317,"n":1,"type":"finding","at":1795769574968189,"event_at":1795769575000000,"actor":"rule email.unsolicited/several","text":"a report of a new incident","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","source":"203.0.113.17","record":"C-317.1","reporter":"fbl@reporter-a.example","grade":"A","binding":"prefix 203.0.113.16/28","reasons":["one customer by the register over the whole window, prefix"],"item":{"segment":1,"offset":24},"incident":"b5a1f84ee5bd24cc"}' AS BLOB));
INSERT INTO t2 VALUES(CAST('317/00000002' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":317,"n":2,"type":"witness","at":1795769574968189,"event_at":1795769575000000,"actor":"rule email.unsolicited/several","text":"one more witness of a known incident","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","source":"203.0.113.17","record":"C-317.2","reporter":"fbl@reporter-b.example","grade":"A","binding":"prefix 203.0.113.16/28","reasons":["one customer by the register over the whole window, prefix"],"terms":[{"text":"report messaging.spam","value":"messaging.spam"},{"text":"grade A"},{"text":"count distinct reporters >= 2","value":"2"}],"item":{"segment":1,"offset":955},"raw":"0:AAAAAQAAAAAAAAAA1qCXQTcUv961gizH4Jo+AZsjB1s2b2oNQk+aOM9tWBY=","incident":"b5a1f84ee5bd24cc"}' AS BLOB));
INSERT INTO t2 VALUES(CAST('317/00000003' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":317,"n":3,"type":"opened","at":1795769574968189,"actor":"rule email.unsolicited/several","text":"the case was opened","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","record":"C-317.3","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('317/00000004' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":317,"n":4,"type":"step","at":1795769574968189,"actor":"clock","text":"notify with letter \"first\"","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","act":"C-317/s0.1/notify/first","record":"C-317.4","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('317/00000005' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":317,"n":5,"type":"letter","at":1795769574968189,"actor":"driver notify","text":"letter \"first\" was handed to the mail server","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","act":"C-317/s0.1/notify/first","record":"C-317.5","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('317/00000006' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":317,"n":6,"type":"answer","at":1795769574968189,"actor":"customer","text":"A form was open; it is closed.","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","record":"C-317.6","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('317/00000007' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":317,"n":7,"type":"paused","at":1795769574968189,"actor":"rule","text":"the customer answered: the ladder stands until a person has read it","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","record":"C-317.7","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('317/00000008' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":317,"n":8,"type":"note","at":1795769574968189,"actor":"tester","text":"rang them","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","record":"C-317.8","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('317/00000009' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":317,"n":9,"type":"assigned","at":1795769574968189,"actor":"tester","text":"tester","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","record":"C-317.9","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('317/00000010' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":317,"n":10,"type":"flag","at":1795769574968189,"actor":"tester","text":"sets counsel","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","record":"C-317.10","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('487/00000001' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":487,"n":1,"type":"finding","at":1795769574968189,"event_at":1795769575000000,"actor":"rule email.unsolicited/several","text":"a report of a new incident","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","source":"203.0.113.130","record":"C-487.1","reporter":"fbl@reporter-a.example","grade":"A","binding":"prefix 203.0.113.130/32","reasons":["one customer by the register over the whole window, prefix"],"item":{"segment":1,"offset":1886},"incident":"90d308a207b809f4"}' AS BLOB));
INSERT INTO t2 VALUES(CAST('487/00000002' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":487,"n":2,"type":"witness","at":1795769574968189,"event_at":1795769575000000,"actor":"rule email.unsolicited/several","text":"one more witness of a known incident","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","source":"203.0.113.130","record":"C-487.2","reporter":"fbl@reporter-b.example","grade":"A","binding":"prefix 203.0.113.130/32","reasons":["one customer by the register over the whole window, prefix"],"terms":[{"text":"report messaging.spam","value":"messaging.spam"},{"text":"grade A"},{"text":"count distinct reporters >= 2","value":"2"}],"item":{"segment":1,"offset":2820},"raw":"0:AAAAAQAAAAAAAAMMeU44BIa0PZMT5o53IBfHXvHM099WnxzKNAbZ7SSVU0o=","incident":"90d308a207b809f4"}' AS BLOB));
INSERT INTO t2 VALUES(CAST('487/00000003' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":487,"n":3,"type":"opened","at":1795769574968189,"actor":"rule email.unsolicited/several","text":"the case was opened","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","record":"C-487.3","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('487/00000004' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":487,"n":4,"type":"step","at":1795769574968189,"actor":"clock","text":"notify with letter \"first\"","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","act":"C-487/s0.1/notify/first","record":"C-487.4","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('487/00000005' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":487,"n":5,"type":"letter","at":1795769574968189,"actor":"driver notify","text":"letter \"first\" was handed to the mail server","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","act":"C-487/s0.1/notify/first","record":"C-487.5","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('487/00000006' AS BLOB), 1, X'', X'', X'', NULL, 1795942374968189, CAST('{"number":487,"n":6,"type":"step","at":1795942374968189,"actor":"clock","text":"limit mail","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","act":"C-487/s1.1/limit/mail","record":"C-487.6","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('487/00000007' AS BLOB), 1, X'', X'', X'', NULL, 1795942374968189, CAST('{"number":487,"n":7,"type":"act-done","at":1795942374968189,"actor":"driver null","text":"limit of mail is in force, its effect was seen","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","act":"C-487/s1.1/limit/mail","record":"C-487.7","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('487/00000008' AS BLOB), 1, X'', X'', X'', NULL, 1795942374968189, CAST('{"number":487,"n":8,"type":"letter","at":1795942374968189,"actor":"driver notify","text":"letter \"limit-notice\" was handed to the mail server","policy":"2026-03-01","clause":"email.unsolicited","rule":"several","act":"C-487/s1.1/notify/limit-notice","record":"C-487.8","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('507/00000001' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":507,"n":1,"type":"finding","at":1795769574968189,"event_at":1795769575000000,"actor":"rule fraud.misleading/phishing","text":"a report of a new incident","policy":"2026-03-01","clause":"fraud.misleading","rule":"phishing","source":"203.0.113.66","record":"C-507.1","reporter":"api:trusted-desk","grade":"A","binding":"prefix 203.0.113.64/28","reasons":["one customer by the register over the whole window, prefix"],"terms":[{"text":"report content.phishing","value":"content.phishing"}],"item":{"segment":1,"offset":3754},"raw":"0:AAAAAQAAAAAAAAYdYCkx3C/6efdD55fajNM4VOqEenuG6qrjeAV3wy6OFHs=","incident":"2b9beaabaee01459"}' AS BLOB));
INSERT INTO t2 VALUES(CAST('507/00000002' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":507,"n":2,"type":"opened","at":1795769574968189,"actor":"rule fraud.misleading/phishing","text":"the case was opened","policy":"2026-03-01","clause":"fraud.misleading","rule":"phishing","record":"C-507.2","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('507/00000003' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":507,"n":3,"type":"step","at":1795769574968189,"actor":"clock","text":"notify with letter \"first\"","policy":"2026-03-01","clause":"fraud.misleading","rule":"phishing","act":"C-507/s0.1/notify/first","record":"C-507.3","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('507/00000004' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":507,"n":4,"type":"letter","at":1795769574968189,"actor":"driver notify","text":"letter \"first\" was handed to the mail server","policy":"2026-03-01","clause":"fraud.misleading","rule":"phishing","act":"C-507/s0.1/notify/first","record":"C-507.4","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('507/00000005' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":507,"n":5,"type":"resolved","at":1795769574968189,"actor":"tester","text":"mended","policy":"2026-03-01","clause":"fraud.misleading","rule":"phishing","record":"C-507.5","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('763/00000001' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":763,"n":1,"type":"finding","at":1795769574968189,"event_at":1795769575000000,"actor":"rule content.csam/any","text":"a report of a new incident","policy":"2026-03-01","clause":"content.csam","rule":"any","record":"C-763.1","grade":"A","binding":"prefix 203.0.113.64/28","reasons":["one customer by the register over the whole window, prefix"],"terms":[{"text":"report content.csam","value":"content.csam"}],"item":{"segment":1,"offset":4459},"incident":"d0823bf2183751bb"}' AS BLOB));
INSERT INTO t2 VALUES(CAST('763/00000002' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":763,"n":2,"type":"opened","at":1795769574968189,"actor":"rule content.csam/any","text":"a sealed case was opened","policy":"2026-03-01","clause":"content.csam","rule":"any","record":"C-763.2","grade":"A","item":{}}' AS BLOB));
INSERT INTO t2 VALUES(CAST('763/00000003' AS BLOB), 1, X'', X'', X'', NULL, 1795769574968189, CAST('{"number":763,"n":3,"type":"task","at":1795769574968189,"actor":"clock","text":"two people look at it","policy":"2026-03-01","clause":"content.csam","rule":"any","act":"C-763/s0.1/task/person","record":"C-763.3","grade":"A","item":{}}' AS BLOB));
INSERT INTO t3 VALUES(CAST('2026-03-01/email.unsolicited/several/acme' AS BLOB), 2, X'', X'', X'', NULL, 1795942374968189, CAST('1 1j17onpqirt 0 1 2 18j0n 2 0 5a2b1n4f6itp5 0 1 29k0bo5k5kihb 0 1 ' AS BLOB));
INSERT INTO t3 VALUES(CAST('2026-03-01/email.unsolicited/several/smith' AS BLOB), 2, X'', X'', X'', NULL, 1795942374968189, CAST('1 1j17onpqirt 0 1 2 18j0n 2 0 5a2b1n4f6itp5 0 1 29k0bo5k5kihb 0 1 ' AS BLOB));
INSERT INTO t4 VALUES(CAST('02c6a1cb7ea09eecb43f70d5cea8c085a7d7cf9f42b0f00823ea1d3276a74548' AS BLOB), 1, X'', X'', X'', 1830329574968189, 0, CAST('{}' AS BLOB));
INSERT INTO t4 VALUES(CAST('1f79fcdaebb0b4fd17391f3893696dce328b38304e06cb7e5e929894cf1c73c1' AS BLOB), 1, X'', X'', X'', 1830329574968189, 0, CAST('{}' AS BLOB));
INSERT INTO t4 VALUES(CAST('a98379e5660cd6addcc4257e1fdaf17e314585d4be21cb1f1b10ae46a4ea4747' AS BLOB), 1, X'', X'', X'', 1830329574968189, 0, CAST('{}' AS BLOB));
INSERT INTO t4 VALUES(CAST('b21f0eaa1fc41bd8f4ee02850dd437ac3166891bf6a70c7b841b11133322dc7e' AS BLOB), 1, X'', X'', X'', 1830329574968189, 0, CAST('{}' AS BLOB));
INSERT INTO t4 VALUES(CAST('c78a926777361ec1a8ccb2396b38f6b0d756c5f988ca37219bb0041b55f384fb' AS BLOB), 1, X'', X'', X'', 1830329574968189, 0, CAST('{}' AS BLOB));
INSERT INTO t4 VALUES(CAST('ce9413493ad175ea6cd3b3cad6ffbfcbcb1638cff340282b133afbdaf03bab2a' AS BLOB), 1, X'', X'', X'', 1830329574968189, 0, CAST('{}' AS BLOB));
INSERT INTO t5 VALUES(CAST('1.1.5568.0' AS BLOB), 8, X'', X'', X'', 1795970274968189, 86400000000, CAST('{"kind":"messaging.spam","kind_text":"abuse","source":{"type":"addr","text":"203.0.113.200","addr":"203.0.113.200"},"event_at":1795769575000000,"first_at":1795769575000000,"last_at":1795769575000000,"received_at":1795769574968189,"incidents":1,"reporter":"fbl@reporter.example","reply_to":"fbl@reporter.example","subject_line":"Abuse report","facts":[{"name":"feedback-type","value":"abuse","span":{"part":"2","from":15,"to":20}},{"name":"user-agent","value":"test/1","span":{"part":"2","from":34,"to":40}},{"name":"version","value":"1","span":{"part":"2","from":51,"to":52}},{"name":"source-ip","value":"203.0.113.200","span":{"part":"2","from":65,"to":78}},{"name":"arrival-date","value":"Fri, 27 Nov 2026 08:52:55 -0000","span":{"part":"2","from":94,"to":125}},{"name":"reported-message-id","value":"<50.203.0.113.200@shop.invalid>","span":{"part":"3","from":57,"to":88},"certainty":"derived"},{"name":"reported-subject","value":"Buy now","span":{"part":"3","from":36,"to":43},"certainty":"derived"},{"name":"reported-from","value":"offers@shop.invalid","span":{"part":"3","from":6,"to":25},"certainty":"derived"}],"at":{"segment":1,"offset":5568},"raw_digest":"a59835d22e45ec5dbfed0ffb610aeb0f47394dd304100ddc79872822df00a00a","raw_len":662,"meta":"smtp","receipt":"a6tny32nmw8puzcftqgqrmo3"}' AS BLOB));
INSERT INTO t6 VALUES(CAST('C-317/s0.1/notify/first' AS BLOB), 3, CAST('C-317' AS BLOB), CAST('done' AS BLOB), X'', NULL, 1795769574968189, CAST('{"key":"C-317/s0.1/notify/first","number":317,"customer":"acme","verb":"notify","service":"first","instance":"acme-mail","driver":"notify","desired":true,"state":"done","grade":"A","clause":"email.unsolicited","rule":"several","policy":"2026-03-01","created_at":1795769574968189,"next_at":1795769634968189,"done_at":1795769574968189,"last_result":"done","last_text":"250 2.0.0 taken","letter":"<1500a325a446028aa87854a1c2877ca7@example.net>","automatic":true,"step":1}' AS BLOB));
INSERT INTO t6 VALUES(CAST('C-487/s0.1/notify/first' AS BLOB), 3, CAST('C-487' AS BLOB), CAST('done' AS BLOB), X'', NULL, 1795769574968189, CAST('{"key":"C-487/s0.1/notify/first","number":487,"customer":"smith","verb":"notify","service":"first","instance":"smith-line","driver":"notify","desired":true,"state":"done","grade":"A","clause":"email.unsolicited","rule":"several","policy":"2026-03-01","created_at":1795769574968189,"next_at":1795769634968189,"done_at":1795769574968189,"last_result":"done","last_text":"250 2.0.0 taken","letter":"<e3497b003d03fc8af42b1d4ebf7b8a95@example.net>","automatic":true,"step":1}' AS BLOB));
INSERT INTO t6 VALUES(CAST('C-487/s1.1/limit/mail' AS BLOB), 3, CAST('C-487' AS BLOB), CAST('done' AS BLOB), X'', NULL, 1795942374968189, CAST('{"key":"C-487/s1.1/limit/mail","number":487,"customer":"smith","verb":"limit","service":"mail","instance":"smith-line","driver":"null","target":"203.0.113.130","desired":true,"state":"done","grade":"A","clause":"email.unsolicited","rule":"several","policy":"2026-03-01","created_at":1795942374968189,"next_at":1795942434968189,"done_at":1795942374968189,"last_result":"done","automatic":true,"step":2}' AS BLOB));
INSERT INTO t6 VALUES(CAST('C-487/s1.1/notify/limit-notice' AS BLOB), 3, CAST('C-487' AS BLOB), CAST('done' AS BLOB), X'', NULL, 1795942374968189, CAST('{"key":"C-487/s1.1/notify/limit-notice","number":487,"customer":"smith","verb":"notify","service":"limit-notice","instance":"smith-line","driver":"notify","target":"mail","desired":true,"state":"done","grade":"A","clause":"email.unsolicited","rule":"several","policy":"2026-03-01","created_at":1795942374968189,"next_at":1795942434968189,"done_at":1795942374968189,"last_result":"done","last_text":"250 2.0.0 taken","letter":"<53637dc671993936e4a7a7053a84f1d8@example.net>","automatic":true,"step":2}' AS BLOB));
INSERT INTO t6 VALUES(CAST('C-507/s0.1/notify/first' AS BLOB), 3, CAST('C-507' AS BLOB), CAST('done' AS BLOB), X'', NULL, 1795769574968189, CAST('{"key":"C-507/s0.1/notify/first","number":507,"customer":"bakery","verb":"notify","service":"first","driver":"notify","desired":true,"state":"done","grade":"A","clause":"fraud.misleading","rule":"phishing","policy":"2026-03-01","created_at":1795769574968189,"next_at":1795769634968189,"done_at":1795769574968189,"last_result":"done","last_text":"250 2.0.0 taken","letter":"<152a9cc00df1057648dc40b6a916d69a@example.net>","automatic":true,"step":1}' AS BLOB));
INSERT INTO t6 VALUES(CAST('C-763/s0.1/task/person' AS BLOB), 2, CAST('C-763' AS BLOB), CAST('done' AS BLOB), X'', NULL, 1795769574968189, CAST('{"key":"C-763/s0.1/task/person","number":763,"verb":"task","service":"person","driver":"task","p0":"two people look at it","params":1,"desired":true,"state":"done","grade":"A","policy":"2026-03-01","created_at":1795769574968189,"next_at":1795769574968189,"done_at":1795769574968189,"last_result":"done","automatic":true}' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-317.1' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350017, CAST('aupd-record/1
case C-317
clause email.unsolicited
com.actor abbe7acf688c123da887706f08bec02c2ba920e04bb12662707d7fad57ec6750
com.binding 5afdca3bc2a8675da78dcd2337997ef0c42a1713d36f15aa40d8e472f4ffd402
com.customer 6c34fe1bf42c1b9d85f63767c5fd325b1f13be9230045f84531441387508314a
com.reporter 0c524978cc12870e39493db502b69284e3defeca5fa2b648dbb59b0a07951d5e
com.source e80363ab45f462021c6eeeabee54ed04bea0a06f05da9dc187314cb295fd3518
com.text 49662b4fd299f8b39ba1b149c4e5d5acbb602e87d80619dbb5f05401525fcc72
conduct 2026-11-27T08:52:55.000000Z
grade A
id C-317.1
kind finding
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 1
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-317.10' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350026, CAST('aupd-record/1
case C-317
clause email.unsolicited
com.actor 514720fd27c5ee0b3d9965f7275b202175f86103e8a5130a77bf55721e2c10ef
com.customer f4bc0179a0c3e9b414a1fd817f6623856b1c700458d933f113fbc91a841a791c
com.text 47ff892b66ca8319539025eb5d2b2fe7549c7aef6f2f6343797c89028c2678f5
grade A
id C-317.10
kind flag
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 10
state paused
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-317.2' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350018, CAST('aupd-record/1
case C-317
clause email.unsolicited
com.actor 81a1265abdf8eccf4e51f3bd403d74774d2ea21beb96306729e234b3ccf16300
com.binding 0c24de640210d8ef5abd5c9c0fa46f6fc3fda42bdda5bc59d7b89a680fbea66f
com.customer 015cc461b29a1182500e1a5c5b68054b51ac8cbaf64e3d588f2f211ca623b15c
com.reporter 4211bc0eaf80afbddc56a34d71f2c3839ed585d1aee81586616b3d1b7ac887e4
com.source 5f85c405dbe11ef430322bd1e0ee1c54de6bfb3b172df33ecbe8b4af1e01da88
com.text 06219d3a8d520fb48c3d7fc1a40a621a59922fc4626ebc88d6f766833423b320
conduct 2026-11-27T08:52:55.000000Z
grade A
id C-317.2
kind witness
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
raw d6a097413714bfdeb5822cc7e09a3e019b23075b366f6a0d424f9a38cf6d5816
rule several
seq 2
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-317.3' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350019, CAST('aupd-record/1
case C-317
clause email.unsolicited
com.actor 26230d58d2e514e51a7cd52ab6b11cca6383968f36134d58365848723537a148
com.customer eab26e73c67ba0e35b15fd3dc8d9c92acd3dada401adfeceadc5b6416889716b
com.text 59da9eeb9acc569e03c456e1388cacc85769f07313f716e52058bf222e50790a
grade A
id C-317.3
kind opened
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 3
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-317.4' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350020, CAST('aupd-record/1
act C-317/s0.1/notify/first
case C-317
clause email.unsolicited
com.actor b959ccc8272aab6bc5162c2ad133f381478d5fd8d2cbeb5628fa6c74309cd55f
com.customer 8d392c82e355f2f7eddc9420b1a4ec2d51395bd9ab54e8f7fef626df81a6fa20
com.text d3113e120e7cee9aa10e913175f663c2c1e6192cd8c44d7af5e3fbc07e8b66f0
grade A
id C-317.4
kind step
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 4
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-317.5' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350021, CAST('aupd-record/1
act C-317/s0.1/notify/first
case C-317
clause email.unsolicited
com.actor b69146effe1eb383765ed8239ad6bce4ab7b203a603a9facc68c214a4c0b4447
com.customer 8f8239b2e312547f700195131713cfe83588e02d3c894d4c32da7c9af3f7e05a
com.text 3871dd6ec64c2b17effe9e4bf0576f7cc1ac376073fbf0d2929c218dab640afd
grade A
id C-317.5
kind letter
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 5
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-317.6' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350022, CAST('aupd-record/1
case C-317
clause email.unsolicited
com.actor 8fb31fa43cb57de8f38b819eabb07c003c21538cb9154b91689ccc49ad7865cd
com.customer 56021164a7f8e4a8dc9feb38389de881da7a1409e0e9f8d3b5a962b3a28c7141
com.text 5066e0540c66759b615906f609da840136a85224d658203f21746b8e5a2bdec6
grade A
id C-317.6
kind answer
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 6
state paused
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-317.7' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350023, CAST('aupd-record/1
case C-317
clause email.unsolicited
com.actor 99efcc54c39d7c1685009df44d4e8e7cffdf3142477321175f5867f9ab40235c
com.customer 27dd6a2f6f0702794e2c2f05a16a8460e494d61cfdd61e339ef9431c886f49c2
com.text f0cc0178b7285bc4496acd94d4e8b05787be95d422814384b7d84c8d3d592292
grade A
id C-317.7
kind paused
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 7
state paused
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-317.8' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350024, CAST('aupd-record/1
case C-317
clause email.unsolicited
com.actor 5c482c9a558298ff7a203f72a773f69e82812589d32b4af6dcdcf949217af782
com.customer bbc023a514350befd7742dbaac7e4afbd95547a1c0d43ab8076276a7f9f06c0a
com.text f1a0708dc1fcecfa19e14424a272145ebee7e0b8f2107ed27894fa110364bb54
grade A
id C-317.8
kind note
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 8
state paused
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-317.9' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350025, CAST('aupd-record/1
case C-317
clause email.unsolicited
com.actor 11f1cfe4b24917a2a20ebe30d6cfa99222b7c4d36d25f2e165f2ba75f0fc53af
com.customer 0a7423262ca7b8d3b33861e559c7498098af2a988360e50cc83168e88d208ca4
com.text 477859c6eff806757658e53ea7f2fd114237e7e77c4496e8116f8279e1487c82
grade A
id C-317.9
kind assigned
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 9
state paused
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-487.1' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161537, CAST('aupd-record/1
case C-487
clause email.unsolicited
com.actor 134ea9c8c53044ff0b2f0ffd40920b74856d3d88e3245d06c705b9518305865c
com.binding c1da31b372cd8dc48082d1825bb0d8950c387535032fa66090e29fb2e9fe0ae3
com.customer eabc949cb313296b23870f45e0f45334b2df3291311dc5e122d5cd986bfec725
com.reporter ac3454156fa816a2ff546848d0d9b78c1093ceeba19ebd84ef87cd42671aa4ca
com.source 20d6b055129a778734f2c5dcd74bd7762c42e349ea98b322478d46bde236d14f
com.text 4525b44b7e56dffaf42804d098a1561e762627bf072eb4a28b3b3eb84ac0be82
conduct 2026-11-27T08:52:55.000000Z
grade A
id C-487.1
kind finding
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 1
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-487.2' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161538, CAST('aupd-record/1
case C-487
clause email.unsolicited
com.actor 5ab8091759cb078b830defed76b662b2a44fcc169df529882a88d461a6b8ffd5
com.binding 35365dd688afe15011bbf32ca692df87992b5d399bc6851b75f7e2c1d5fe562a
com.customer 9dea77fe9328bb382f5c8b00b7213efaac42b7d10efca11a3cf65c2ac03f573e
com.reporter 928fc9b2f027fc3f4d838b486bca7261fcb880347000dd28a76abc8560288e12
com.source 375dc09bb6d7cda9d8a1050d336944c7aa9193b2c6909c569e7168662013dd98
com.text bdccb36a0af63b8292b37971c015ed273d6730251f6778274f5177940bc5ffaa
conduct 2026-11-27T08:52:55.000000Z
grade A
id C-487.2
kind witness
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
raw 794e380486b43d9313e68e772017c75ef1ccd3df569f1cca3406d9ed2495534a
rule several
seq 2
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-487.3' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161539, CAST('aupd-record/1
case C-487
clause email.unsolicited
com.actor d8f1a7667fe9b0f2e7dd0944b20016d57b6706bd34fab556d8f22f4196d98f97
com.customer 650a4322b896c76080360aa46a29bf00571e58fa970fbba7e3787c0e02c51a68
com.text 7855979ba383ccdcf3dc991aed41478df87286e79aac461317657a8ae09fdd6d
grade A
id C-487.3
kind opened
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 3
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-487.4' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161540, CAST('aupd-record/1
act C-487/s0.1/notify/first
case C-487
clause email.unsolicited
com.actor 35676cf040c45b9c75ed9430807fc35116b82017db8fd1174a2bbd6ff80ce858
com.customer 88d230c4c62a99bd8c3710782a20b6a5f1a8a548d6f5094462f269d78e3b621f
com.text 539b58279ab6f51d8820f850821692c3d48077d693b789e6650e681bcdb15623
grade A
id C-487.4
kind step
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 4
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-487.5' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161541, CAST('aupd-record/1
act C-487/s0.1/notify/first
case C-487
clause email.unsolicited
com.actor b62b22c903ec4215434c7a0f10306a9c94bd2189db1c80d59b27497b287c81fe
com.customer b0f21163483f28cde586e09076667f398ae78a20f8fe1b9b89071524382591fd
com.text ad1fbadb70701e1b5daa4de92cd20e060254d08201ba3e94abbf968733204c07
grade A
id C-487.5
kind letter
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 5
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-487.6' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161542, CAST('aupd-record/1
act C-487/s1.1/limit/mail
case C-487
clause email.unsolicited
com.actor 225640548e88a7a9725a9f39a58325137300d96107ab76f88fdaaf737c9867b0
com.customer 589a16854d4a1e7ab0f77730fded766609fb9750069f8b26d8e26b739597b64d
com.text 1cbc42bc89eee601c279828206f7bb26cb58324740f146675350a6add7a18d05
grade A
id C-487.6
kind step
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 6
state open
time 2026-11-29T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-487.7' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161543, CAST('aupd-record/1
act C-487/s1.1/limit/mail
case C-487
clause email.unsolicited
com.actor e1e9c43ecb433d53d7d8784da6451833ac774daf3eb613cf7e3b7b0a8a85fc97
com.customer bed00a31a32d7bd73fe599e819eba0a77fea3ec3734a62f1a9d7c9dbc1c6cab0
com.text 88a1843d6b281cdff23836f700d62e60e7eabbe02e20ecd3566c1a00c7601b75
grade A
id C-487.7
kind act-done
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 7
state open
time 2026-11-29T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-487.8' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161544, CAST('aupd-record/1
act C-487/s1.1/notify/limit-notice
case C-487
clause email.unsolicited
com.actor 63b93ac9550423ce6aa28e200f13f4eb3e0499e3095a6b5a9f252d7901a45033
com.customer 15777648430f41ca2fe23373bf39d5d0801f8d2b26e19850ab2cc06e9cf96378
com.text 1da714b929304db389e324a118a5baaf6cfd3a11e57737e51be9cea88d150743
grade A
id C-487.8
kind letter
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule several
seq 8
state open
time 2026-11-29T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-507.1' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374657, CAST('aupd-record/1
case C-507
clause fraud.misleading
com.actor 5230e51f40f935e655d80c4c09dc8151a150cf35c5558a471b1d771e7aed42fa
com.binding 9aa7856b384e7f023ffc8b523179867888d6c52f5b1ea905cd0630e1f37a5e9c
com.customer ccc69d65b6598f0eb9c050d42ec807ae99b7da2c30f4e74c5ad947177ffc0a1c
com.reporter bb94c02514c89f0b91918ae584dc6fab7b334c2c3039dd694dafdc4e20f2dbeb
com.source c380b00092e93b88dec90bb4dca24d083c8782c43948f455f74deccab23b720e
com.text 72a0ff19dc5bc789dd3c0100ce9c6c8b561a983f6df57c8702e11c9fed915367
conduct 2026-11-27T08:52:55.000000Z
grade A
id C-507.1
kind finding
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
raw 602931dc2ffa79f743e797da8cd33854ea847a7b86eaaae3780577c32e8e147b
rule phishing
seq 1
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-507.2' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374658, CAST('aupd-record/1
case C-507
clause fraud.misleading
com.actor 3e62c6f4c650c3eddd83811a90999d9ce6f6c9420af1dfd5f942af6e047aa388
com.customer 8ba94127082d8d5f2a08a30cb83451a8c48ff7a484449ae57ec270fb1c224376
com.text 79767b2916338da0caf02d18b71cbeb36126f99e22e53660f77f03e8c8453383
grade A
id C-507.2
kind opened
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule phishing
seq 2
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-507.3' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374659, CAST('aupd-record/1
act C-507/s0.1/notify/first
case C-507
clause fraud.misleading
com.actor a767f74f9d8d7e3015dc533211a0f364dfc882609210ecc866a3fcbdf8fd7a4d
com.customer ea8a623bfe8d124d39d54de04561c179dc0db1f268061312c89b5a043cbc7281
com.text 607adb2c9899c952b0bf95ef2f9e0c24e0c87cfd2f328a0ea04001fb09e26179
grade A
id C-507.3
kind step
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule phishing
seq 3
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-507.4' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374663, CAST('aupd-record/1
act C-507/s0.1/notify/first
case C-507
clause fraud.misleading
com.actor be8e30483475e0d5523a8732d68cae4f95a27e493d1a7b7d8f3564f6ed16a452
com.customer a8deecad3869e94adf593de29043b930c3485c764ab36d5a718383cb153ed6d3
com.text 2dc5987ee67f85476c8a5ce18cc0659e3663a85458bce86fd1a2c9fbac14e386
grade A
id C-507.4
kind letter
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule phishing
seq 4
state open
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-507.5' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374664, CAST('aupd-record/1
case C-507
clause fraud.misleading
com.actor f0dc561704bf9ec9d9dbf8db7bd0081faa3c748359f9fa75bf1a7d8a7590d86b
com.customer a11bb9f3b78e4a9ab857e4a7cdc415498dc32386e0a3b785cb36093f8505df2f
com.text b584ab5c3a36c86d5f5abfb5a5b92ca5cc5ecbdd43367099bfe7d1d3ac0ea070
grade A
id C-507.5
kind resolved
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule phishing
seq 5
state resolved
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-763.1' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374660, CAST('aupd-record/1
case C-763
clause content.csam
com.actor 59b390f98a033f8e7ebea8c8e497c41866fc1982ca9cea3428879aebace73912
com.binding 219c5e30cce58fc6f171c07fdc37ffeeda1f3cb92a3afb22f0c20c5c71e14a7c
com.customer b04f8a8b8ccc971c6ce06beed35ea079cab0e2dddb917364ca0640b25b7a36e8
com.text f7d7500667475058ae5f971910cb5bd2f1d779b89d2e52894e6087d761b0cb50
conduct 2026-11-27T08:52:55.000000Z
grade A
id C-763.1
kind finding
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule any
seq 1
state sealed
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-763.2' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374661, CAST('aupd-record/1
case C-763
clause content.csam
com.actor 792e6bb87cfcf0df9eb606199cc618eb83d0ac57ef64c9d504a0f52c3c87d0e6
com.customer f57e785f13a103a7268f2f05af2e35f5702a44b5be6205596e7e5beeb88cfc67
com.text 97244dfd672b23ebc54a9042ee66014971e7c256123afa2f4e6e9328d49f72ec
grade A
id C-763.2
kind opened
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule any
seq 2
state sealed
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t7 VALUES(CAST('C-763.3' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374662, CAST('aupd-record/1
act C-763/s0.1/task/person
case C-763
clause content.csam
com.actor 07e29f92864f34cd338a2c9f3765d83a92cf6238aab0d189b524204f76cdfb5b
com.customer e1da61013214a1771649009c749483884c74cc94f8bad188477ca1e602e081dc
com.text 501dc6d7dce5b3dbcdcad4d9d2c4f13f5f10cdd670cbf35e6649781efd365cdb
grade A
id C-763.3
kind task
policy 2026-03-01
policy.digest 6f5b98ffd51ebabfc0e7eefbeb5c908681ce1f8b1f31b90dfb3d3f6aa961334c
rule any
seq 3
state sealed
time 2026-11-27T08:52:54.968189Z
' AS BLOB));
INSERT INTO t8 VALUES(CAST('C-317.1' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350017, X'37f34fe981b8bd1916fb39117284e534f801f90fd004423658820f2d47553fad915764d8681a7628588d76a0ab3cb1f4944e305a4d35b948dd32e19eed1507271b0be5aa970b4e420773787cfdc16c8c95039da5009ce133350d8afc0d575063a6a1b1515981be8f98134f8b0b103d3fd0136c6a037ff6386291f0326e5e5294ac0f3fa08503768ca889543e0c38ca7327080132e6ee5f85b3240624dc28c202dc98bab2072e24a02be2a9814bdceaa5e4ea60c7d7ec330b29f07deb39c9559cad004aa08aae06c155df1841a888becb8a77071d8042a17e810d7ebd');
INSERT INTO t8 VALUES(CAST('C-317.10' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350026, X'9d56572712debb7ed8291328b5bf6112ee87cce1adb73cdc1384581dfa4d1a4717453203e331be70acb9c1bec0093010b5bd007fbd0271326e5875b2b612ec07335b0bde14f45c704dfa9b62ae9771726d95cf8022023c');
INSERT INTO t8 VALUES(CAST('C-317.2' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350018, X'4a4b12f973f01a419c66584365fcc6545b440338976158f3b5a4a4cd1af4736664a2722b891e4d1f33e30bdbfa23ff4b47b7fefef2eb4016bfa8dc95240729f6f5292e7df796a9d54e333981865503d9f59f353af809148b87c0cf565a3bada0bc154b835ad9b8ac310ddab8b9330177e794bb9ac85ea378a98f17fcca3162c77e6803592135f1364c82c97cbe179b8cbe4eef88e3f57ef60309014780d83ba3991340430db94bb51a16f2b79fb19e6a46e3e03f0c65549498bc53c9f3e02f944cc967fdaaa9c452295a7c448763d33e3481607b254f8f4f997cd6591449d65d888f8a26fca2b0cc');
INSERT INTO t8 VALUES(CAST('C-317.3' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350019, X'c8a825a3977efffe154d7977c0f5995403d1f3e91d0da309200af5cc6a5a5f4df439b9d0697ca9856ee4bf21723b9101d202ab77d4dd1e14eed2ddd0d3a776534506026200735183726f7488731c6694c3fc9eb8f6c10bfd5fab1b7279bc543999da739a39c4943f31a60c0d4eab898116e444ef389634f5d32b09ea');
INSERT INTO t8 VALUES(CAST('C-317.4' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350020, X'f62c7f6b7d12f6b1b1a9ca90f1fd6b9f8c6dc1d94e09cf31ee1dcb3acd2c5adca0346953a3cbb05743eed9a78bd5c0b692ffa8dffd9758402437c9d4824c7c2ab6371908726120fddc4bace2b8ce85220c8decb36e8c563d6e9a9c6c6d0923ea9d2feecf32245d22');
INSERT INTO t8 VALUES(CAST('C-317.5' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350021, X'b3c63d06dd56e5bab840997dc0708b15c714a4c55b7f7ef9606d23d2c3c7faa54758cbb42c9b1b015ce5d13d408edfdab0b7742663e585f7f3c322fb3d2a55bae5333713ab097e80dc20b7832e65dc03ad490c7b383d506e3af66b046162eda67a58c63f917c838cc010c4433a5d0c46e71d6a692722b9e0e3ba08ae5dae43e505b704645ea10af06b569df9');
INSERT INTO t8 VALUES(CAST('C-317.6' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350022, X'9bd67c60f2df2a86bb19d82d699c2210002606e5e59c89fa01690152e734be394e497a6c3718ac0e302555b8528be17d5d3584e3a76cf905471b627bb9ae0df667a0650eda8d8e04385f8ee52aba4e3a9b6f51b17779ae8a83fe8fc728215b9ca8ee01bba8a899b15a2e51d4899d0c58c77f27a442');
INSERT INTO t8 VALUES(CAST('C-317.7' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350023, X'c0627d3d942ad94486e921243e69fa6a2f569b929fb3d799a3ea8dcc03a45310ae22ee9a81b155ba1da36cfeaab2c7fe9b8686d1cfb1df5870d5431b4233b4e015b02985a3eb3887ffd77fe6eeb7b6a477495ac38bdbff30b2f69ff3d5ac461fd43022d49a12f228962f12281872ff09e0890585eb4b9aa2ebcbae870199430b7b238b991b7047abba4a8709d5579acef9f8d0bb044c8bdc5c01e34eb640025f');
INSERT INTO t8 VALUES(CAST('C-317.8' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350024, X'1295f3ad58de02aed38730c181190f145fa10793d07268a05667ef6a0ac34826e46558352575b662709d8d08ae740e4b3cdea831afdfe97c0a3380fb6bd48c661f212e40a957fb45213dca251e00c5083e7820c1');
INSERT INTO t8 VALUES(CAST('C-317.9' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350025, X'332c0aa7e3031a5a0b9295cceabb6d7efb276537ea4d69049d5678edc4954ceac22bf8704790f06f2950b44b67cbaff20478f58f9e8314fb580e39600d52bbe2e051d97ed994412cdb2cc8245a8fe6');
INSERT INTO t8 VALUES(CAST('C-487.1' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161537, X'72f582eccd3557efa1ff333f124e136087e1be74ab39b24ac5d8059013a4de547ec8ea3112646af6920d603eb40d241a30bebe45b46daf4f723db15a00713479fe46cc5beda94650f3f6460d3faf219c7e195452ecb1ec294e00d39604e2c0b5725c958ca1f5b08b1bfb305398dbfb2e77b04f405d7d565ee25c7c9f08a8c9668210fbd7b850f013e9cbd61e83b7159e1f9b9b1359c565624bdf2c6e9538a01fab8f8e538717d6a35935e00fbd2918facb275d83ae55304b2d3e5b3020ea0dc645fc8a2e9d6f7fc648725761f5a6c05a2f3c2f05b33509ab668eef542ca0a8');
INSERT INTO t8 VALUES(CAST('C-487.2' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161538, X'73f00b15c2a36a3a473601e97b38e67a3506b19929b2d6f47d83ad49a6cf3fcf23677577f24bafc03283ad92a17593e8daa71a887cc459591119a9dec76b08511e8ebd65948d8656af1d0c6a877b80483213de4d56e3689d695eca90f01f6b27f4703cdb0fdf2e95b874f002da97329c0b61649f93dff0b9b1971d91b945bfaffbbc332113cd0d4a1c0003b1dd18bf7f61a190bfff64483708a20683751cd0da691a2b383bc262e15635da757eda9415b22066ecaf48d06a8f0fe8cc25a73469caf14b28d896655a62088dd960c6f99c38904742228875ed637dc086b34d4ce37367af8e10b2dc153fcca5');
INSERT INTO t8 VALUES(CAST('C-487.3' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161539, X'cc572067fb5a9797feed57aee6228ed5002e6568c87a00159736838c747b8551d2b4069d4ddbb0ea5411a5db63e3299af715c2354f73a017149ff32aea7a8bc7bd91ccad8f1ecab711633a582ba47aa4cd8939111654945a92a9b69602d74c8bda75e3b0d02fe3db2f6d70efbad78071f27bb39f27d9aa30cab4d59fec');
INSERT INTO t8 VALUES(CAST('C-487.4' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161540, X'a0da018cd09786708d97881fa5bcb41f57f64b620a4f8cd2777a6d03bdec44bbc32613a51a2cdf5110219b6389b9b528caeaba9a658951a4b50b27e1c96af8ae90e498d82ed26ff3d8ff940c9bbe17a0354e0de6d2cc7260b485dc8897c8d0158775a1c4217e1ec37f');
INSERT INTO t8 VALUES(CAST('C-487.5' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161541, X'a19452e5671c50b9679fbc794d2bfa1b6b2073f6158ad7580c5312db0f1453c90001b94aa7f8bfc16ee4f93920c1dd63328189135008f8569cab08e74a71db2f26c2191cedd3dcfcf23b0c9af899671e546106a88be672781c7ae2b0fea8b3a63542697a7f88bc1b5b33596186e0d8a1c5f5b513d7a7d66c8be0159d206b2f7e0576fd0c30578bbbd14cf1f2ef');
INSERT INTO t8 VALUES(CAST('C-487.6' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161542, X'c6dab1f8653c6a4362d84c882db03750a89bc1c8cf5a78e3e9bcd78d646563ef4e10542f3040fe8e54a67b3ba584a56b6bf514e4dee5e862ed47f150069e84a419c0efde25caa57b865dbd512b9213126fe9a27cbb');
INSERT INTO t8 VALUES(CAST('C-487.7' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161543, X'89afcf8f6906e0b9e677d0123ce1dec6a38a7c72cb04fa76b9d8017f6e962643a3d76cf4dbb543272d5ded467f2a87298fabf10070acdf73c4b7d5a1206d97ac07ddbe76161d9113588fc330b5ddcc2dc401593dd95f8cb804aa3e84ebccf4d4d033e45f514e9c4ba8ade603eab1c3ff73ebd821559866e44fdff326ade0c162774428805a3a9f5f18e3327a976a68326e');
INSERT INTO t8 VALUES(CAST('C-487.8' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161544, X'0ae7f9ada7fa9cbb413868e9663973c5f12e58afa85f0466ed5dfc1dbc39e78c436ae1bd96186934be2690455f150d80b82b5d061b9310b6fc0902b8a01cb6365eebfe4ce3dfade56769460664146e087e4a76501568d5732988b97ea4ef3716d58762b25ed367e794b3d5f47df1d53767af856800e4072f4e0c432cac3de672fd9cce2e3fb5633b26d72411ca3ea3bebeca4335');
INSERT INTO t8 VALUES(CAST('C-507.1' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374657, X'80503d63033bc2df798fdaef56999aae0ea5ac29981943318701f215ce53d15ef78c2515fc1aa838558e70f4f58a2e40ed37a9416a975c63bc1cfdb4d013663cf148a257a770f784eb2ff1ef997234f5879cb4de75abb72aff3eb4ab7f57dae3ea9cd1762145fd6b6d5550d33f0b3c4458ee5d4c43055097b3f1fb20ee710a8c1a8d2095b4ba916940f85027e1bda7b319e84fb63546d87a4375af65a0e52d8dc202f91da9cd1f66495e833a6c580d2474269cfe8685836c5e896c41c61d63d390c561bd7b138ed29e2c190c17b26ed4eb93ed2654d90f74');
INSERT INTO t8 VALUES(CAST('C-507.2' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374658, X'c67ddafacb91341c401cf14d70a2d93fb46c04c609dc16b747a28b65cd28d8a9f550b995d8c9558140ba4f910590905cf789d011b054aaada7dbc9aa8c62f06314a7aefb69949a2b8d14b5f354f983ee84d5532167b5e191b4ffb2930c900a91a661861969cc65fe9a3898f872fd9477da6f4868f26e691d0d51fb51eca5');
INSERT INTO t8 VALUES(CAST('C-507.3' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374659, X'fea2b28b4b4945031499ff65822a6bca8ee14c3fcea8d57985a25a1c08b1952b77424b2333d4d8db3a474af5037ab0df745000cc249e6a13f399d58bf2663e2048b0b63f6903e9ae56b5eee119249c6d2df23f75bd2cb501e95c7b9fb3e8c7960df4711a1750d834ff52');
INSERT INTO t8 VALUES(CAST('C-507.4' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374663, X'68559c31b6c85cff8c7ebe344f488be462d779ff20d6c0802063eb88877cfde8a3d6b2dc4984f4ab72980efb24bf57443c4c204dc175d4d1e477003ead2fb0c6725802980678237a83febb9fec2f11561f5b691753d5d45e574235d525ce8a6ab1ee574f510b943d2e29b795fd078083094fe67f9381893b2aebd363b46d6acaa02e6024643213a2324f87972522');
INSERT INTO t8 VALUES(CAST('C-507.5' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374664, X'75ef2e5c373b1e066fc688c2e6c4ab1e19e497942340cbc29374cc530f2d5ef2e13b43bab551780a1dcf6489ab588eec2b388d47c49b3738479a75592eb3ffb3af9c537505b96808de3be5b15eaf3a241e');
INSERT INTO t8 VALUES(CAST('C-763.1' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374660, X'8819c0a8ed34c060645d5d8d2de10d4fc1974a3b52872547732e8bad37bfc40819dc49c2481cb21585273a9671895becc121b66835c7aa676c28c076cc7237de054d4f362350156e0e4ca9f283b9141e013135c303558d37f37c7111b4b432d9d96752695ae01aeafb5b4e436dfb421412f579c42f5d784b05ddde97f06673f7399f8c15c92e50f9f8c4db6931236b630af6ed0db5fba5c247d678c9b56dddb739');
INSERT INTO t8 VALUES(CAST('C-763.2' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374661, X'70c12da8301df0bcc6fb87487c9df6c03a04f7d58049a7738cf42a34f64b33ff89dc914b9e5bdf7644162439b0bc150041e2b5917379ca3856c9ad082352eb5617654989eac962bca0f2a9a90e9f183cb622ca9c3ca257094cd30ffa8f6093586fd5f30be208a3bb9df0572739421474c9bff4df2f230a757321ee73');
INSERT INTO t8 VALUES(CAST('C-763.3' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374662, X'5f002465ac2a29fe31bebc8a61fa17e2215193b925eda061751766beff6d1088d4b775bbc4bea17a7dc674647741812b6362a4c5dd3bb0cedd0d5caffbaac9b61cde42e44ecd485dffb5f702b9a1a8c38d6e0430caa03a146953c1c6666e1964cd711029204128');
INSERT INTO t9 VALUES(CAST('1.1.5161.0' AS BLOB), 1, CAST('someone@outside.example' AS BLOB), CAST('waiting' AS BLOB), X'', NULL, 1795769574968189, CAST('{"type":"unparsed","at":{"segment":1,"offset":5161},"received_at":1795769574968189,"listener":"smtp","format":"unknown","reason":"no format was recognised","message_id":"<prose@outside.example>","reply_to":"someone@outside.example","reporter":"someone@outside.example","subject_line":"please help","raw_digest":"e23fae01fc86d7af5bef7bcb9df9bdbad0f73b1027c743942f57a5032e1a50ba","raw_len":139,"raw":"0:AAAAAQAAAAAAAAhdANmi5I4sDeGcBSE3uVpcxTndiQfsDWubu0Ds1anNfuw="}' AS BLOB));
INSERT INTO t9 VALUES(CAST('1.1.6500.0' AS BLOB), 1, CAST('it@acme.example' AS BLOB), CAST('done' AS BLOB), X'', NULL, 1795769574968189, CAST('{"type":"answer","state":"done","at":{"segment":1,"offset":6500},"received_at":1795769574968189,"listener":"smtp","format":"answer","token":"4ipreho22zrg83ru5iw4jztg","message_id":"<a@acme.example>","in_reply_to":"<1500a325a446028aa87854a1c2877ca7@example.net>","reply_to":"it@acme.example","reporter":"it@acme.example","subject_line":"Re","text":"A form was open; it is closed.","raw_digest":"a4bd0df2458fc2e60b58087826bf3b526e748af6af41e837b515df578bff5fe6","raw_len":213,"raw":"0:AAAAAQAAAAAAAAlibslQEleQ+gMyP1FTAxjzIcsJADlYT1lI4L868+TWrG8="}' AS BLOB));
INSERT INTO t11 VALUES(CAST('2032309b5947710fd45ffcb879eb3531' AS BLOB), 1, X'', CAST('case' AS BLOB), X'', 4949369574968189, 1795769574968189, CAST('{"fate":"case"}' AS BLOB));
INSERT INTO t11 VALUES(CAST('a6tny32nmw8puzcftqgqrmo3' AS BLOB), 8, X'', CAST('parked' AS BLOB), X'', 4949369574968189, 1795769574968189, CAST('{"fate":"parked"}' AS BLOB));
INSERT INTO t12 VALUES(CAST('23g5a6y4kw4wzsm5sav27qqy' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('<e3497b003d03fc8af42b1d4ebf7b8a95@example.net>' AS BLOB));
INSERT INTO t12 VALUES(CAST('4ipreho22zrg83ru5iw4jztg' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('<1500a325a446028aa87854a1c2877ca7@example.net>' AS BLOB));
INSERT INTO t12 VALUES(CAST('6v3kbsjosiyzotbtxh53ihcz' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('<152a9cc00df1057648dc40b6a916d69a@example.net>' AS BLOB));
INSERT INTO t12 VALUES(CAST('wukf7t2roqwmhkh2hxaf2ap3' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('<53637dc671993936e4a7a7053a84f1d8@example.net>' AS BLOB));
INSERT INTO t13 VALUES(CAST('<1500a325a446028aa87854a1c2877ca7@example.net>' AS BLOB), 1, CAST('acme' AS BLOB), CAST('317' AS BLOB), X'', NULL, 1795769574968189, X'20f831cd06c66d3015be7a003ab4ff29fe47a3275d250a01d061c475530b7021cc147728e68de379cbb39826aeb00f9fa42f5ee6aee667f027ebbe7e3c0392b70c5c34333b633cf03a89ce2cf8b24587febf14a785b799b93c6299de52875114279c50e01bddb0fd238dec53fa2177b476d58ab442e1a6fb89056b996ac96b2e5619c5d1c5ec7bf0d248cbc8f35cfa4862c1e813229b05cd95e03c42a3d9156fabae5b84b57328efeca042de6bf1bcb948d287663b68b7c2c9db3564fae804da3883813a50a3de896fe9f28675dd1da024e4b5d08d848037ee45a6cd103e5bfbec3322240f6080060a49243d4d6654850c9808372396542b1e49b51b5871db252d34830509ffed106a40f0b1302b609894a57eb3e3b09d9ac30de5b1951e0668b917c2f402300ee6d714c0fe7eedc9c1c7e74b1de9b0eb047c7cb217adc759b123b089895cac3b7448dbf8de3d89cd6b52d98a328f02ece8bed25c5f962fa3d80808298ad88df11200efa5b62e5d8d9d053bab83c3ee4e3666b434663f75aa69b49c566044d94441ed045143aa8b309de40c5b4f18c14b065c5bae263e848250685315a681fe68b31c12207bf3d24b8e75bf0b67774c9909a998fcbb11546cc70dcd0a589cd4e0fcba469f8f262daa6cefc80ee6d1ce4c242e9642f5c8786cd73ab9ee5d00a9a1e3831bb38661a379c33c439a31fdab954363ec510099e6309597198b08dfbbb88ae7bc7efbdf5ee9069831f6605a708820b3c5a25513535d464adf7e222f32c7269f7bdd105ace4497af9c1b7754154f5fbcf2b7');
INSERT INTO t13 VALUES(CAST('<152a9cc00df1057648dc40b6a916d69a@example.net>' AS BLOB), 1, CAST('bakery' AS BLOB), CAST('507' AS BLOB), X'', NULL, 1795769574968189, X'd9841ceb98b35d19ae47f33b3f5d5bcfbe375996729fb9dc846dc3e48a7873fa040ebf98620e0d6c41a450ea611b5149582749062613ea31d5b38f811d4f552acec6544fb283d1af4e55f64d71e64a8ad76647e68e345890429a94985a648986fbe24b19632c8759c66880e32bd390fd7af08f811861ca8a68a7344d9456495a86b0740fb9d3b9248646bec5552c61be84a74e53c7de57820ffcc339119f6d4cc08add3d362dda369397be36e54c01aa102390987a7c8746862d4c7a62bb8db9ee6cd53536da3eeecdcac86c66cf529633009a7399216fb6b5d0af972af43d62c97170bf8c716e9386b719f8df37bce8a2dbe9672b209b71513419bd57bf5df136c000b6270b0448c5e0435716e498a122b3b1549bb72e22703ad6914bce3efad62a4a6258cf873d383b72f0ed92710fe0fcd0b1d1c172390d3daecdf3b44d7312eedc5c9de031831c30a773caf1eef5ca57657cdc7407f07dfbb8ad89331857cb2b7e968cbb94f850a812a839aef0207353611b2b211b017b43628ec31b11b2acb2c2c83d3ce718be2689d04096a8fc160dda7526eed6959ed09a508b96314768f567e39f008b11ffbb13247ed48e779ad38b1094ec69b80dca7d682127191435bd980f4bf1732b955ae350ee50e16b2b45ff15fcfb4f6dfd9953470bc710cb9b425b0350ce52b51c70fd4e9c006db1d56efde5a4052da507d08dbccf6de7b452aa95a6b3d9ee4fbe8c9e9cd1412e887ad4d2c3a1823c53924f2dbe9a6a0e22384f979114e1205850e29ae21449e0cecc603c268bca9edbf9');
INSERT INTO t13 VALUES(CAST('<53637dc671993936e4a7a7053a84f1d8@example.net>' AS BLOB), 1, CAST('smith' AS BLOB), CAST('487' AS BLOB), X'', NULL, 1795942374968189, X'6f0e531f334ed487043933a6eb44edb61a014fea1b6083dda1491a0941794c95e0cd70a53c4e3c33b6396f41dc23ec6e5e10412ea72a251f0fed037042dfa30ecb436fc3842e3ddcd3cb3146661be12f90bd1a44100ad0cd97bfe27479202bc8361d5437a17a03794b2db3365d112997194f5607633b95ce1fc4230272cae3faeeb6d1a9ff1ba43916815cf71070caa81acd4e6ce3715eb621ae0f9c67829d81dc5d58e857e4fbc4c2be2ee94cd6b9e1e976a752988e8f0c84c4fb9f3c7abec090013d1599e1a64b31815ed3c54b4b80f7961769f85e2b38ad6e55630f22b35b91c0634764138037ca324b0dbcfc4cbcd3c7d9478521cb7c1832e0b8d03c8deed34cd51b55191d7432f29b5081a92e09f686f1ccb2402a534a8153f69459c533b80ce1512d167ed9365a4cfd6f337dde255f6abe420faeac7d2aaad948d3585047fb4bc1a86e79292431e1bcb826773cbf61d3445183e143e7b5f26632924d6d482e560dfa50108309037f5b4441fa7007a83dd5bb2f54a1a2eb0eb1958cef2c03562b574f58b3e5d36d4382fe91b04bca5c4717c2922e60f06970494da5fae29e4e7c84acaa4284dfed7da0d62325632ef61335259cc1cdf236b962c7b308369dd74bff466ad7bdc882809b62149eaeb724d6eb2b716437f8f4df9e842dc86e68ab1e100334a75398ad6ec721439d0d4251daf350bb7a1e55052dcd3e47131bc78913c2dc4350ca649b8d682c977b19a0b284bd12b029d6f444eda35daa6c155c45a693d5af234841fc53596635fcf424a80510fb253b65fa5d5aafea2372d0fcf3f10665521a');
INSERT INTO t13 VALUES(CAST('<e3497b003d03fc8af42b1d4ebf7b8a95@example.net>' AS BLOB), 1, CAST('smith' AS BLOB), CAST('487' AS BLOB), X'', NULL, 1795769574968189, X'6f0a9d61475b7d191e33ca9bc8420974a141444e54467f9f147b090f6b2db46e14c28e2967d20bfa47b4bea3828981ee9b629957ad71ffad37a1e0b4b32e7e35e4818edf512769216a986b572562e8e339e5cf76a3cf5784eb0888ad751f648f63cebda3ecb2ac957cc7a42083f5cef7bcfe7470b7585f85b8f74b3d4f8ecb7e20db9836ec7cfcccb1ae5955c4e0c4d5f30d8589769a1d47aa0be611779e960a2ec1fb2f1cd80cb057b65a6234188d082522a825c1c7c09813fa193ed52663ffe1abde4163a2833060c1df5b1f31ef1915ad88cf8a631755a23d0f84eec3734a3df27900597dd4ea29ff923244c726396e5a50a242fa8aced9e426d1180bbf05134a0dc72c3d48b235e0e3823af0c363dc3e0888e721f348c0df50752aabb0094f36bd78c8196461812641c9359bf17c81900c10aae714964cb2a11d99571a7440b8850cc44273b1c87746f873ea105938c6977ab2e688e530515971159308faaa1f657cff25b9115eb35c6d4b7602cf659287966ea8cbc59b6b0c9d9f1df2ef25276f383d0c2d04039bfb1ae5adad41b6d3beb0e2cd28e8f956d3b7e54f27ff5890decf6b7caca35bb390975bdb85d77a8c92118ffa5252303ab542ab1f2b6622771bebe67bdfae6e79c0685aed7cb182af98b686a503692e672895bacd3d3d4e29088c479e8e492f5bba7265bfaa06aa73b5f433e350c5722b0ab7c4c5eb6e7692bdbfbe861ae4959fdde14e5464dda1ec62cc22c3ad76d13af0bd2ec5e2c14f9dc15e11b5d94f2abd634d7d5418f6256c4d4c10a60331b819c9265751ccff');
INSERT INTO t14 VALUES(CAST('2026-03-01' AS BLOB), 1, CAST('tester' AS BLOB), X'', X'', NULL, 1772323200000000, CAST('{"main":"aup.policy","files":[{"name":"aup.md","text":"# Acceptable use\n\n### Unsolicited mail {#email.unsolicited}\n\nSend no mail to people who did not agree to it.\n\n### Deception {#fraud.misleading}\n\nDeceive nobody.\n\n### Sexual abuse {#content.csam}\n\nNone of it.\n"},{"name":"aup.policy","text":"policy \"old\" { text \"aup.md\"; posted 2026-03-01T00:00:00Z; effective 2026-03-01T00:00:00Z; letters \"letters\"; languages en }\nenforce limit mail { driver null }\nladder spam { at once notify \"first\" fix within 48h; after 48h limit mail unless answered; forget after 180d }\nladder fraud { at once notify \"first\" fix within 12h; forget after 180d }\nladder sealed { at once task \"two people look at it\"; forget after 180d }\nclause email.unsolicited \"Unsolicited mail\" group spam {\n    rule several { when report messaging.spam, grade A; count distinct reporters per customer >= 2 in 24h; severity medium; ladder spam; appeal 30d; because \"{count} reporters had mail from {source}\" }\n}\nclause fraud.misleading \"Deception\" group fraud {\n    rule phishing { when report content.phishing; severity high; ladder fraud; appeal 30d; because \"a page at {source} deceives\" }\n}\nclause content.csam \"Sexual abuse\" group sealed sealed {\n    rule any { when report content.csam; severity critical; ladder sealed; appeal 30d; because \"a sealed report was received\" }\n}\nclause policy.parties unused because \"a test\"\nclause policy.amendment unused because \"a test\"\nclause scope.connection unused because \"a test\"\nclause general.lawful unused because \"a test\"\nclause general.facilitate unused because \"a test\"\nclause general.harm unused because \"a test\"\nclause general.liability unused because \"a test\"\nclause general.responsibility unused because \"a test\"\nclause content.inappropriate unused because \"a test\"\nclause ip.infringement unused because \"a test\"\nclause ip.domain unused because \"a test\"\nclause harm.malware unused because \"a test\"\nclause fraud.false-data unused because \"a test\"\nclause email.spamvertised unused because \"a test\"\nclause email.harassment unused because \"a test\"\nclause email.opt-out unused because \"a test\"\nclause email.forged-headers unused because \"a test\"\nclause email.mailbomb unused because \"a test\"\nclause email.receiver-policy unused because \"a test\"\nclause email.storage unused because \"a test\"\nclause email.third-party-servers unused because \"a test\"\nclause third-party.rules unused because \"a test\"\nclause config.accountability unused because \"a test\"\nclause config.no-liability unused because \"a test\"\nclause config.news-path unused because \"a test\"\nclause config.mta-auth unused because \"a test\"\nclause config.headers unused because \"a test\"\nclause reseller.inform unused because \"a test\"\nclause reseller.enforce unused because \"a test\"\nclause reseller.forward unused because \"a test\"\nclause reseller.review unused because \"a test\"\nclause reseller.remedy unused because \"a test\"\nclause access.intrusion unused because \"a test\"\nclause access.interference unused because \"a test\"\nclause access.monitoring unused because \"a test\"\nclause access.accounts unused because \"a test\"\nclause access.routing unused because \"a test\"\nclause access.dns unused because \"a test\"\nclause access.basic-security unused because \"a test\"\nclause access.report-and-fix unused because \"a test\"\nclause illegal.material unused because \"a test\"\nclause other.interception unused because \"a test\"\nclause other.corrupt-data unused because \"a test\"\nclause other.resale unused because \"a test\"\nclause other.harassment unused because \"a test\"\nclause other.metering unused because \"a test\"\nclause other.discretion unused because \"a test\"\nclause investigation.cooperation unused because \"a test\"\nclause investigation.user-duty unused because \"a test\"\nclause investigation.disclosure unused because \"a test\"\nclause privacy.data unused because \"a test\"\nclause session.duration unused because \"a test\"\nclause usage.limits unused because \"a test\"\nclause violation.action unused because \"a test\"\nclause reporting.duty unused because \"a test\"\nclause contact unused because \"a test\"\n"},{"name":"letters/en/first.txt","text":"Subject: [{case}] A complaint about your service\n\nDear customer,\n\n{because}\n\nClause {clause}, policy {policy_version}. Answer to {reply_address}.\n\n{provider}\n"},{"name":"letters/en/lifted.txt","text":"Subject: [{case}] A complaint about your service\n\nDear customer,\n\n{because}\n\nClause {clause}, policy {policy_version}. Answer to {reply_address}.\n\n{provider}\n"},{"name":"letters/en/limit-notice.txt","text":"Subject: [{case}] A complaint about your service\n\nDear customer,\n\n{because}\n\nClause {clause}, policy {policy_version}. Answer to {reply_address}.\n\n{provider}\n"}]}' AS BLOB));
INSERT INTO t15 VALUES(CAST('customer/acme' AS BLOB), 1, CAST('acme' AS BLOB), X'', X'', NULL, 0, CAST('{"type":"customer","id":"acme","from":1767225600000000,"class":"business","language":"en","sealed":"W72+FcznFvVChJuwfRn+/uTh+ZN/NvyM1FVOdAvvh2V6xJFJtv2enRhg/AJwQinu8Y2KNOeS32v4TZfXTFZazifzqn6elV6rPAcYUDSvw0vfSrrCh8xG/D8="}' AS BLOB));
INSERT INTO t15 VALUES(CAST('customer/bakery' AS BLOB), 1, CAST('bakery' AS BLOB), X'', X'', NULL, 0, CAST('{"type":"customer","id":"bakery","reseller":"hostland","from":1767225600000000,"class":"business","language":"de","sealed":"zc098BY5S2DvNsxC2LdMXQ50XYSjwArPIJCjOBZ0j+q1PB2HuN0B2OxsHK29UBvslcq1OUEEfocTRldE6MuKDza9zykPQp9uS8SZsE4AB3oztDx8w9DriXJC+CE0wGMdmA=="}' AS BLOB));
INSERT INTO t15 VALUES(CAST('customer/smith' AS BLOB), 1, CAST('smith' AS BLOB), X'', X'', NULL, 0, CAST('{"type":"customer","id":"smith","from":1767225600000000,"class":"residential","language":"en","sealed":"FYX2DCfCbkGxIG1d4ImqHn2LX9lXkWv7KQuRCVMqEt1U6mP+X/UfVhrazx09BeWhQ6YifC6le9Xqh1aZJ3RoGy0KsSpV5aSAmkSGs3VdIKZoDdfa9qLdOg=="}' AS BLOB));
INSERT INTO t15 VALUES(CAST('domain/d-bakery' AS BLOB), 1, CAST('bakery' AS BLOB), X'', X'', NULL, 0, CAST('{"type":"domain","id":"d-bakery","customer":"bakery","from":1767225600000000,"resource":"bakery.example"}' AS BLOB));
INSERT INTO t15 VALUES(CAST('prefix/p-acme' AS BLOB), 1, CAST('acme' AS BLOB), X'', X'', NULL, 0, CAST('{"type":"prefix","id":"p-acme","customer":"acme","service":"acme-mail","from":1767225600000000,"kind":"static","resource":"203.0.113.16/28"}' AS BLOB));
INSERT INTO t15 VALUES(CAST('prefix/p-bakery' AS BLOB), 1, CAST('bakery' AS BLOB), X'', X'', NULL, 0, CAST('{"type":"prefix","id":"p-bakery","customer":"bakery","from":1767225600000000,"kind":"static","resource":"203.0.113.64/28"}' AS BLOB));
INSERT INTO t15 VALUES(CAST('prefix/p-own' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('{"type":"prefix","id":"p-own","from":1767225600000000,"resource":"203.0.113.0/24"}' AS BLOB));
INSERT INTO t15 VALUES(CAST('prefix/p-smith' AS BLOB), 1, CAST('smith' AS BLOB), X'', X'', NULL, 0, CAST('{"type":"prefix","id":"p-smith","customer":"smith","service":"smith-line","from":1767225600000000,"kind":"static","resource":"203.0.113.130/32"}' AS BLOB));
INSERT INTO t15 VALUES(CAST('reseller/hostland' AS BLOB), 1, CAST('hostland' AS BLOB), X'', X'', NULL, 0, CAST('{"type":"reseller","id":"hostland","from":1767225600000000,"class":"reseller","language":"en","sealed":"tsjTPyzf0qNzqDTiag8rhY9RuItnAEhkyNs73oKoVQaHcnxTCR/27r/AEu+hm5VnU0Q0ITb3bPoPyoO9Kj2W3avWi9klX5iALKbM0+8wdoNpea9lw1lkoSEevPFzX2d8"}' AS BLOB));
INSERT INTO t15 VALUES(CAST('service/acme-mail' AS BLOB), 1, CAST('acme' AS BLOB), X'', X'', NULL, 0, CAST('{"type":"service","id":"acme-mail","customer":"acme","from":1767225600000000,"kind":"mail"}' AS BLOB));
INSERT INTO t15 VALUES(CAST('service/smith-line' AS BLOB), 1, CAST('smith' AS BLOB), X'', X'', NULL, 0, CAST('{"type":"service","id":"smith-line","customer":"smith","from":1767225600000000,"kind":"access","lifeline":true}' AS BLOB));
INSERT INTO t16 VALUES(CAST('case/231' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('1' AS BLOB));
INSERT INTO t16 VALUES(CAST('case/251' AS BLOB), 2, X'', X'', X'', NULL, 0, CAST('2' AS BLOB));
INSERT INTO t16 VALUES(CAST('case/61' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('1' AS BLOB));
INSERT INTO t16 VALUES(CAST('ledger' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 10 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 8 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 8 0 0 0 0 ' AS BLOB));
INSERT INTO t16 VALUES(CAST('number/317' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('acme/spam/0' AS BLOB));
INSERT INTO t16 VALUES(CAST('number/487' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('smith/spam/0' AS BLOB));
INSERT INTO t16 VALUES(CAST('number/507' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('bakery/fraud/0' AS BLOB));
INSERT INTO t16 VALUES(CAST('number/763' AS BLOB), 1, X'', X'', X'', NULL, 0, CAST('bakery/sealed/0' AS BLOB));
INSERT INTO t16 VALUES(CAST('record/231' AS BLOB), 5, X'', X'', X'', NULL, 0, CAST('8' AS BLOB));
INSERT INTO t16 VALUES(CAST('record/251' AS BLOB), 4, X'', X'', X'', NULL, 0, CAST('8' AS BLOB));
INSERT INTO t16 VALUES(CAST('record/61' AS BLOB), 6, X'', X'', X'', NULL, 0, CAST('10' AS BLOB));
INSERT INTO t16 VALUES(CAST('tables' AS BLOB), 2, X'', X'', X'', NULL, 0, CAST('{}' AS BLOB));
INSERT INTO t19 VALUES(CAST('look-up/1795953174968189.0' AS BLOB), 1, CAST('tester' AS BLOB), X'', X'', NULL, 1795953174968189, CAST('{"operator":"tester","time":"2026-11-29T11:52:54.968189Z","because":"police file 7","asked":"UWTK/NSMms5HRiFmSieGOrvliZ8n5aWLy0oSOvn4l+9xt83snyzokjA53ULHogW85xv4Cg=="}' AS BLOB));
INSERT INTO t19 VALUES(CAST('look-up/1795953174968189.1' AS BLOB), 1, CAST('tester' AS BLOB), X'', X'', NULL, 1795953174968189, CAST('{"operator":"tester","time":"2026-11-29T11:52:54.968189Z","because":"its raw bytes","asked":"U1KEQr2vJKBM6xzbtjzKtwynHEz8cim8tQjeOUyAcSwQvMVx0Jjfqci246ryAaHzoO9qyTA+Rw=="}' AS BLOB));
INSERT INTO t19 VALUES(CAST('look-up/1795953174968189.2' AS BLOB), 1, CAST('tester' AS BLOB), CAST('export' AS BLOB), X'', NULL, 1795953174968189, CAST('{"operator":"tester","time":"2026-11-29T11:52:54.968189Z","because":"an export","asked":"RwSboVlzptHPefVgH2XkifViXTemNIbl5oCiU9eySt+Vuj/Ag5Hr7WRM5sxCDBoxJOGhJodQslQrsQ=="}' AS BLOB));
INSERT INTO t19 VALUES(CAST('look-up/1795953174968189.3' AS BLOB), 1, CAST('tester' AS BLOB), X'', X'', NULL, 1795953174968189, CAST('{"operator":"tester","time":"2026-11-29T11:52:54.968189Z","because":"before","asked":"WbdMNXwa5NadHt+Ts0AIFxMnaVPr/qCNjpbxcFK/+NsW79TFMk8UqNgYoK0x+USBF9kmLmh2Vj9YaNsHGBp/Gkrwh9LOHdbn"}' AS BLOB));
INSERT INTO t23 VALUES(CAST('0000000000000000' AS BLOB), 1, X'', X'', X'', NULL, 17169973579350017, CAST('10' AS BLOB));
INSERT INTO t23 VALUES(CAST('000000000000000a' AS BLOB), 1, X'', X'', X'', NULL, 65020719620161537, CAST('8' AS BLOB));
INSERT INTO t23 VALUES(CAST('0000000000000012' AS BLOB), 1, X'', X'', X'', NULL, 70650219154374657, CAST('8' AS BLOB));
INSERT INTO t26 VALUES(CAST('purge' AS BLOB), 11, X'', X'', X'', 1796028774968189, 0, CAST('{}' AS BLOB));
INSERT INTO mark VALUES(1, 1, 11, 1, 5568, 0);
INSERT INTO mark VALUES(1, 1, 40, 1, 5161, 0);
INSERT INTO mark VALUES(1, 1, 67, 1, 2820, 0);
INSERT INTO mark VALUES(1, 1, 117, 1, 955, 0);
INSERT INTO mark VALUES(1, 1, 121, 1, 6500, 0);
INSERT INTO mark VALUES(1, 1, 161, 1, 4459, 0);
PRAGMA user_version=5;
COMMIT;
