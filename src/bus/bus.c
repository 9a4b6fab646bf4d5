/*
 * The calls of bus.h, handed on to the driver.
 */
#include "bus/bus.h"

enum err bus_open(struct loop *l, const struct bus_driver *driver, const struct bus_options *options, struct bus *ret_bus)
{
	void *state;
	enum err e = driver->open(l, options, &state);
	if (e == OK)
		*ret_bus = (struct bus){ driver, state };
	return e;
}

enum err bus_send(struct bus *b, const struct frame *f, const int *fds, unsigned fd_count)
{
	if (!b->driver)
		return ERR_PEER;
	if (fd_count > BUS_FDS_MAX || f->body.len > FRAME_BODY_MAX)
		return ERR_LIMIT;
	return b->driver->send(b->state, f, fds, fd_count);
}

void bus_pause(struct bus *b, bool paused)
{
	if (b->driver)
		b->driver->pause(b->state, paused);
}

size_t bus_queued_bytes(const struct bus *b)
{
	return b->driver ? b->driver->queued_bytes(b->state) : 0;
}

void bus_close(struct bus *b)
{
	struct bus closing = *b;
	*b = (struct bus){ 0 };
	if (closing.driver)
		closing.driver->close(closing.state);
}
