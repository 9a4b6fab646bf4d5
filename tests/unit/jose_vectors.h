/*
 * Keys, and tokens signed with them by another library (PyJWT): what jose.h must believe, and two that it must not: of a key of 1024 bits, and with a
 * signature in DER.
 */
#ifndef AUPD_TESTS_JOSE_VECTORS_H
#define AUPD_TESTS_JOSE_VECTORS_H

static const char rsa_key[] =
	"{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"sx3aAOcKw9fLENjWWhFfbMnl7AGQyG-rkrk23Njyy-Z_bpTVbAE35cih_KoV7GSt0qK9qdMGOwUjHhWKMcrTM28FfFBJ9STcwQthO2fM3lUzyUiQ2mX1HAYv8q"
	"sLG11XWiA29ZM_PrdqT5TbuQV0kUzcUAeFr0juNiy1yqRZQQWAZFRc5lnOE--65ei1QjxF9QsaePL6siJ8Mrx2Mq2myMTYozkK0x4pPECeSLhPA6aG_Dw5bf6HoFHAeV10Lu6XE07nx6O9WlwyPr8I"
	"xmOqTuaZ5PPrGj4ttbKU7ML2oBAWF_9TTxYWaXoMyis_m0INrUaCxGaQLC-Uf2w__s3HiQ\",\"e\":\"AQAB\"}";
static const char rsa_token[] =
	"eyJhbGciOiJSUzI1NiIsImtpZCI6InIiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJqb2UifQ.MaO2oYwwbIewoh0XiJnCfGC3DVoRRW-bFraIwagcQaO7"
	"xx3ezHEjy6Ies7u8ZJflTLd81kwrm9rAdAHASMjgGOo7VXbPYHSPWfaJIeeYtvQjvrs-87ViWP7xsi6OJ_4JP3wqZucgpc4Cyto6WXqoYOrYgwoXKaH7fSO-GNVOEeyk-5zsIfn3DqfbCa0nG_C0sk"
	"JakdMS4-UHXQwJNEfMK_9rAhlH7W0BPrprwEQ_y9QGYqWGCFs353Y9SBsJ8QpL08hpRLuhDnWE5jZZI07CTtHrSd5kLaR0bQ6vc8P1EGILoYppMHD362_OzdWzaq9pvS2nit8fDwfKEySNqrbxOQ";
static const char rsa_short_key[] =
	"{\"kty\":\"RSA\",\"kid\":\"r\",\"n\":\"xfIBrZUakaizBD-mqRUO0Rxj3iOW0HTeLpVmJvvWd97giCQS88-92uIUk9ZGdnyteZrHjywcNrh9SWGE7YvFDQXSEG_NS5sVWB3_En7bw23wuGJtnQacZqLc4m"
	"g77EhKLDQsAlJUG89UX_HRKMPS0cngulNnywNsxbwwmXE-Q18\",\"e\":\"AQAB\"}";
static const char rsa_short_token[] =
	"eyJhbGciOiJSUzI1NiIsImtpZCI6InIiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJqb2UifQ.Tt-xAZ_auoNHj3qFAfkdZKzNIfEnM3ajzMmffWbqauRE"
	"h6Zipj5VOji5IeSPviLPWzRVoU2QvwlJ-AFAjJBPLob_96XUtB792rQ5HvKhZ4Te-QCWtsn3VI0YOlaLP5Ji4IumW_w0MlGUdU3cKuuQQxSCV4EZr4EQNdpJD6VnGiE";
static const char ec_key[] =
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"e\",\"x\":\"ly-aHSUUbcTg5NYcm7HhKpz8yGGMs_ROVMzBWqgodvY\",\"y\":\"adsuOuwO5hHAvaUsvvyB5IRlHydueifspMMrJU0R5tA\"}";
static const char ec_token[] =
	"eyJhbGciOiJFUzI1NiIsImtpZCI6ImUiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJqb2UifQ.VIwux3EGfmFLoLJda_jt_CglaQvdQH3pwSotqS_QFMLZ"
	"1XAOc9UK_PPTgkfJ3u3ogbxVmwwjVp0i2r0VEY-GGg";
static const char ec_der_token[] =
	"eyJhbGciOiJFUzI1NiIsImtpZCI6ImUiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJzdWIiOiJqb2UifQ.MEYCIQDl2pdmCXUccdN_xA5qCZZAn9TF8F5tBuzYKjfk"
	"eFHHNAIhAOD0hb6WDolMs78o82_w3H6umfs-I20OcZbbBq-nwuDf";

#endif
