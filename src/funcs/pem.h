/* PEM blocks, as Go's encoding/pem reads and writes them. */
#ifndef RUTTER_FUNCS_PEM_H
#define RUTTER_FUNCS_PEM_H

#include "base/buf.h"

/* The first block of the text: "CERTIFICATE", "RSA PRIVATE KEY", ... and its bytes. Headers are skipped. False when there is none. */
bool pem_decode(struct arena *a, struct str text, struct str *type, struct str *bytes);
struct str pem_encode(struct arena *a, struct str type, struct str bytes);

#endif
