/*
 * An OpenID provider for the tests of the console: oidc-provider, with a form of its own that asks for nothing but who one is.
 * Usage: node provider.mjs '{"issuer":...,"port":...,"client":{...},"kid":...,"alg":...}'. Says "ready" when it answers; ends with its input.
 */
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const { issuer, host, port, client, kid, alg } = JSON.parse(process.argv[2]);
const pair = alg === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
const key = { ...pair.privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };

const provider = new Provider(issuer, {
	clients: [{ ...client, id_token_signed_response_alg: alg, response_types: ['code'], grant_types: ['authorization_code'] }],
	jwks: { keys: [key] },
	cookies: { keys: ['of the tests'] },
	enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
	pkce: { required: () => true },
	features: { devInteractions: { enabled: false } },
	findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
	interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
	async loadExistingGrant(ctx) {
		const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
		grant.addOIDCScope('openid');
		await grant.save();
		return grant;
	},
});

const page = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Who are you?</title><link rel="icon" href="data:,"><form method="post">'
	+ '<label>Subject <input name="sub"></label><button name="do" value="yes">It is me</button><button name="do" value="no">No</button></form></html>';
const callback = provider.callback();

async function interact(request, response) {
	const asked = await provider.interactionDetails(request, response);
	if (request.method === 'GET') {
		response.setHeader('Content-Type', 'text/html; charset=utf-8');
		response.end(page.replace('<form', `<p>${asked.prompt.name}</p><form`));
		return;
	}
	let body = '';
	for await (const part of request)
		body += part;
	const form = new URLSearchParams(body);
	await provider.interactionFinished(request, response, form.get('do') === 'no' ? { error: 'access_denied' } : { login: { accountId: form.get('sub') } });
}

createServer((request, response) => {
	if (!request.url.startsWith('/interaction/'))
		return callback(request, response);
	interact(request, response).catch(e => { response.statusCode = 500; response.end(String(e)); });
}).listen(port, host, () => process.stdout.write('ready\n'));
process.stdin.on('end', () => process.exit(0)).resume();
