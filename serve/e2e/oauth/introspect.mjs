// Asks an introspection endpoint with oauth4webapi, which knows nothing of jeton.
//
// Each line of standard input is a question in JSON: {"token", "parameters"}; each line of
// standard output the answer, or {"error"}. The first line says whom to ask:
// {"issuer", "endpoint", "client", "secret"}.
import * as oauth from 'oauth4webapi'
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const read = async () => {
  const { value, done } = await lines.next()
  return done ? undefined : JSON.parse(value)
}

const whom = await read()
const as = { issuer: whom.issuer, introspection_endpoint: whom.endpoint }
const client = { client_id: whom.client }
const authentication = oauth.ClientSecretBasic(whom.secret)

for (let question = await read(); question; question = await read()) {
  let answer
  try {
    const response = await oauth.introspectionRequest(as, client, authentication, question.token, {
      additionalParameters: question.parameters ?? {},
    })
    answer = { cache: response.headers.get('cache-control'), claims: await oauth.processIntrospectionResponse(as, client, response) }
  } catch (error) {
    answer = { error: error.code ?? error.message, status: error.status ?? error.cause?.status }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
