"use strict";

const fs = require("fs");
const path = require("path");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const LANGUAGE = "fgc";
let client;

/** Whether a file lies in a project of fgc: a folder with a meta.yaml is at it or above. */
function inProject(file) {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "meta.yaml"))) return true;
    if (folder === path.dirname(folder)) return false;
  }
}

/** YAML in a project is our language; elsewhere it stays YAML. */
function claim(document) {
  if (document.languageId === "yaml" && document.uri.scheme === "file") {
    if (inProject(document.uri.fsPath)) {
      vscode.languages.setTextDocumentLanguage(document, LANGUAGE);
    }
  }
}

/** The command of the settings; a path in it starts at the folder that is open. */
function command() {
  const [program, ...args] = vscode.workspace.getConfiguration("fgc").get("command");
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const isPath = program.includes("/") || program.includes("\\");
  const found = isPath && folder ? path.resolve(folder, program) : program;
  return { command: found, args, options: { cwd: folder } };
}

async function activate(context) {
  vscode.workspace.textDocuments.forEach(claim);
  context.subscriptions.push(vscode.workspace.onDidOpenTextDocument(claim));
  client = new LanguageClient(LANGUAGE, "fgc", command(), {
    documentSelector: [{ scheme: "file", language: LANGUAGE }],
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{yaml,yml,py}") },
  });
  await client.start();
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
