using Filecoin.Chain.Messages;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;

namespace Filecoin.Curio;

/// <summary>
/// The messages that Curio sent and keeps for good (curio tasks/message: sender.go, watch.go, replace.go). sectors_meta and the pipelines name the
/// first that was sent; where it was replaced for its gas (since July 2026), only message_send_replacements and message_waits lead to the one that
/// ran. Nothing of them is believed whose bytes do not have the CID, but where it ran and how it ended.
/// </summary>
internal sealed class CurioMessages(CurioHosts hosts, string schema, ILogger log)
{
    private const string Sends = "message_sends";
    private const string Waits = "message_waits";
    private const string Replacements = "message_send_replacements";

    /// <summary>Replacements of one message that are read.</summary>
    private const int MostReplacements = 1000;

    /// <summary>What there is of a message; null for nothing that can be believed.</summary>
    /// <exception cref="OperatorException">The database could not be asked.</exception>
    internal async Task<KeptMessage?> FindAsync(Cid named, CancellationToken cancellation)
    {
        MessageRows rows = await hosts.AskAsync(
            async (open, _) =>
            {
                OptionalTables tables = await OptionalTables.FindAsync(open, schema, [Sends, Waits, Replacements], cancellation).ConfigureAwait(false);
                string text = named.ToString();
                IReadOnlyList<string?[]> waits = await tables.RowsAsync(
                    Waits,
                    ["executed_msg_cid", "executed_msg_data", "executed_tsk_epoch", "executed_rcpt_exitcode"],
                    "t.signed_message_cid = $1",
                    ["signed_message_cid"],
                    most: 1,
                    cancellation,
                    text).ConfigureAwait(false);
                IReadOnlyList<string?[]> replacements = await tables.RowsAsync(
                    Replacements,
                    ["replaces_signed_cid", "signed_cid", "signed_data"],
                    "t.original_signed_cid = $1 AND t.send_success ORDER BY t.id",
                    ["original_signed_cid", "replaces_signed_cid", "signed_cid", "send_success", "id"],
                    MostReplacements,
                    cancellation,
                    text).ConfigureAwait(false);
                IReadOnlyList<string?[]> sends = await tables.RowsAsync(
                    Sends,
                    ["signed_cid", "signed_data"],
                    "t.signed_cid IN ($1, $2)",
                    ["signed_cid", "signed_data"],
                    most: 2,
                    cancellation,
                    text,
                    waits is [[{ } ran, ..]] ? ran : text).ConfigureAwait(false);
                return new MessageRows(waits, replacements, sends);
            },
            cancellation).ConfigureAwait(false);
        KeptMessage? kept = Of(named, rows);
        log.LogDebug("Curio's database keeps {Kept} of the message {Cid}", kept is null ? "nothing" : $"{kept.Cid}", named);
        return kept;
    }

    /// <summary>What rows say. Pure.</summary>
    internal static KeptMessage? Of(Cid named, MessageRows rows)
    {
        Dictionary<Cid, SentMessage> known = [];
        foreach (string?[] row in rows.Sends.Concat(rows.Replacements.Select(row => row[1..])))
        {
            if (SentMessage.TryReadSigned(Bytes(row[1]), out SentMessage? sent) && row[0] == sent.Cid.ToString())
            {
                known[sent.Cid] = sent;
            }
        }

        (Cid? executed, MessageLookup? ran) = rows.Waits is [[{ } cid, _, var epoch, var exit]] && Cid.TryParse(cid, out Cid? read)
            ? (read, OptionalTables.Whole(epoch) is { } height && OptionalTables.Whole(exit) is { } code
                ? new MessageLookup { Message = read, Receipt = new MessageReceipt { ExitCode = code }, TipSet = [], Height = height }
                : null)
            : default;
        if (executed is not null && SentMessage.TryReadJson(rows.Waits[0][1], out SentMessage? data) && data.Cid.Equals(executed))
        {
            known[executed] = data;
        }

        Cid last = executed ?? Last(named, rows.Replacements);
        SentMessage? original = known.GetValueOrDefault(named);
        SentMessage? found = known.GetValueOrDefault(last) is { } there && (original is null || Repeats(there, original)) ? there : original;

        // Where only the first can be believed, it stands for the one that ran: a replacement repeats its call.
        return found is null ? null : new KeptMessage(last, found.Message, ran);
    }

    /// <summary>Whether one can have been replaced by the other.</summary>
    private static bool Repeats(SentMessage replacement, SentMessage original) =>
        (replacement.From, replacement.Nonce, replacement.Message.To, replacement.Message.Method)
            == (original.From, original.Nonce, original.Message.To, original.Message.Method);

    /// <summary>The last of those that replaced each other.</summary>
    private static Cid Last(Cid named, IReadOnlyList<string?[]> replacements)
    {
        Cid last = named;
        for (int i = 0; i < replacements.Count; i++)
        {
            string current = last.ToString();
            string? next = replacements.Where(row => row[0] == current).Select(row => row[1]).LastOrDefault();
            if (!Cid.TryParse(next, out Cid? cid))
            {
                break;
            }

            last = cid;
        }

        return last;
    }

    private static byte[]? Bytes(string? hex)
    {
        try
        {
            return hex is null ? null : Convert.FromHexString(hex);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

/// <summary>Rows about a message and what it was replaced by.</summary>
/// <param name="Waits">executed_msg_cid, executed_msg_data, executed_tsk_epoch, executed_rcpt_exitcode; at most one.</param>
/// <param name="Replacements">replaces_signed_cid, signed_cid, signed_data in hex; of those that were sent.</param>
/// <param name="Sends">signed_cid, signed_data in hex.</param>
internal sealed record MessageRows(IReadOnlyList<string?[]> Waits, IReadOnlyList<string?[]> Replacements, IReadOnlyList<string?[]> Sends);
