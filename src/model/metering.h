/*
 * The kinds of signs that what an access server counts does not fit (engine/metering.h).
 */
#ifndef AUPD_MODEL_METERING_H
#define AUPD_MODEL_METERING_H

enum metering_sign_kind {
	METERING_CLOCK,                 /* the session's time and ours differ */
	METERING_COUNTER,               /* a counter fell */
	METERING_NO_STOP,               /* a session was over without a word */
	METERING_DEVICE,                /* a device of another account */
	METERING_SESSIONS,              /* more sessions at once than agreed: resale */
	METERING_DEVICES,               /* more devices than one customer has: resale */
	METERING_END
};
extern const char *const metering_words[];

#endif
