// A serverless handler for `wherewhen freshen infer docs/handler.js`: the model's access has constant
// arguments and is wrapped, the user's depends on the event and is left as it is.
export async function handler(event) {
  const model = await (await fetch("https://store.example/model.json")).json();
  const user = await (await fetch("https://store.example/users/" + event.user)).json();
  return { greeting: model.greeting, name: user.name };
}
