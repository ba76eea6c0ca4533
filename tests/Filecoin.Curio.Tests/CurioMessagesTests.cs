using System.Text.Json.Nodes;
using Filecoin.Chain.Messages;
using Filecoin.Chain.Wire;
using Filecoin.Curio;
using Filecoin.Primitives;
using SealerRecover.Tests.Chain;

namespace SealerRecover.Tests.Curio;

/// <summary>Messages that Curio keeps, and what of them can be believed.</summary>
public sealed class CurioMessagesTests(Databases databases)
{
    private static readonly CurioMail First = new(Address.FromActorId(new ActorId(1000)), 34, [1, 2, 3]) { Nonce = 7 };
    private static readonly CurioMail Second = First with { Premium = 130_000 };
    private static readonly CurioMail Third = First with { Premium = 170_000 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Messages_that_a_real_Curio_sent_have_the_CIDs_it_names()
    {
        foreach (JsonObject row in RecordedCurio.Of("message_sends"))
        {
            Assert.True(SentMessage.TryReadSigned(Convert.FromHexString(((string)row["signed_data"]!)[2..]), out SentMessage? sent));
            Assert.Equal((string)row["signed_cid"]!, sent.Cid.ToString());
            Assert.Equal((ulong)row["nonce"]!, sent.Nonce);
            Assert.Equal((string)row["from_key"]!, sent.From.ToString('t'));
            Assert.True(SentMessage.TryReadJson(row["signed_json"]!["Message"]!.ToJsonString(), out SentMessage? told));
            Assert.Equal(sent.Cid, told.Cid);
            Assert.Equal(sent.Message.Params, told.Message.Params);
        }

        Assert.All(RecordedCurio.Of("message_waits"), row =>
        {
            Assert.True(SentMessage.TryReadJson(row["executed_msg_data"]!.ToJsonString(), out SentMessage? ran));
            Assert.Equal((string)row["executed_msg_cid"]!, ran.Cid.ToString());
        });
    }

    [Theory]
    [InlineData("message_waits")]
    [InlineData("message_sends")]
    public async Task Either_table_of_a_real_Curio_is_enough(string table)
    {
        FakeCurio curio = await databases.CreateAsync();
        await RecordedCurio.AddToAsync(curio, Cancellation);
        await curio.ExecuteAsync($"DELETE FROM curio.{(table == "message_waits" ? "message_sends" : "message_waits")}", Cancellation);
        foreach (JsonObject row in RecordedCurio.Of("message_waits"))
        {
            Cid cid = Cid.Parse((string)row["signed_message_cid"]!);
            KeptMessage kept = (await Open(curio).FindAsync(cid, Cancellation))!;
            Assert.Equal(cid, kept.Cid);
            Assert.Equal((string)row["executed_msg_data"]!["Params"]!, Convert.ToBase64String(kept.Message.Params!));
            Assert.Equal((ulong)row["executed_msg_data"]!["Method"]!, kept.Message.Method);
            Assert.Equal("t01002", kept.Message.To.ToString('t'));
            Assert.Equal(table == "message_waits" ? (long)row["executed_tsk_epoch"]! : null, kept.Ran?.Height);
            Assert.Equal(table == "message_waits" ? 0 : null, kept.Ran?.Receipt.ExitCode);
        }
    }

    [Fact]
    public void What_replaced_a_message_is_followed_to_the_last_that_was_sent()
    {
        MessageRows rows = new([], [Row(First, Second), Row(Second, Third)], [Row(First)]);
        KeptMessage kept = CurioMessages.Of(First.Cid, rows)!;
        Assert.Equal((Third.Cid, null), (kept.Cid, kept.Ran));

        // message_waits knows that the second ran after all; of whose content there is only the first's.
        string?[] ran = [Second.Cid.ToString(), null, "16001", "0"];
        Assert.Equal(Second.Cid, CurioMessages.Of(First.Cid, rows with { Waits = [ran] })!.Cid);
        KeptMessage alone = CurioMessages.Of(First.Cid, new MessageRows([ran], [], [Row(First)]))!;
        Assert.Equal((Second.Cid, 16_001L), (alone.Cid, alone.Ran!.Height));
        Assert.Equal(First.Params, alone.Message.Params);

        // Round and round leads somewhere, too.
        Assert.NotNull(CurioMessages.Of(First.Cid, new MessageRows([], [Row(First, Second), Row(Second, First)], [Row(First)])));
    }

    [Fact]
    public void Nothing_is_believed_whose_bytes_have_another_CID()
    {
        CurioMail other = First with { Params = [9] };
        Assert.Null(CurioMessages.Of(First.Cid, new MessageRows([], [], [[First.Cid.ToString(), Hex(other)]])));
        Assert.Null(CurioMessages.Of(First.Cid, new MessageRows([[First.Cid.ToString(), other.Json.ToJsonString(), "1", "0"]], [], [])));
        Assert.Null(CurioMessages.Of(First.Cid, new MessageRows([], [], [[First.Cid.ToString(), "00zz"]])));
        Assert.Null(CurioMessages.Of(First.Cid, new MessageRows([["x", "{}", "y", null]], [[null, "z", null]], [])));

        // What calls something else was never a replacement.
        CurioMail elsewhere = First with { Nonce = 8, Premium = 1 };
        KeptMessage kept = CurioMessages.Of(First.Cid, new MessageRows([], [Row(First, elsewhere)], [Row(First)]))!;
        Assert.Equal(First.Params, kept.Message.Params);
    }

    [Fact]
    public void A_message_signed_by_secp256k1_has_the_CID_of_all_its_bytes()
    {
        CurioMail signed = First with { SignatureType = 1 };
        Assert.NotEqual(First.Cid, signed.Cid);
        Assert.NotNull(CurioMessages.Of(signed.Cid, new MessageRows([[signed.Cid.ToString(), signed.Json.ToJsonString(), "1", "0"]], [], [Row(signed)])));

        // Its JSON lacks the signature, so alone it proves nothing.
        Assert.Null(CurioMessages.Of(signed.Cid, new MessageRows([[signed.Cid.ToString(), signed.Json.ToJsonString(), "1", "0"]], [], [])));
    }

    [Theory]
    [InlineData("DROP TABLE curio.message_waits, curio.message_sends, curio.message_send_replacements", false)]
    [InlineData("DROP TABLE curio.message_send_replacements", true)]
    [InlineData("ALTER TABLE curio.message_sends DROP signed_data", true)]
    [InlineData("ALTER TABLE curio.message_waits DROP executed_msg_data, DROP executed_tsk_epoch", true)]
    [InlineData("ALTER TABLE curio.message_waits ALTER executed_rcpt_exitcode TYPE text", true)]
    [InlineData("REVOKE SELECT ON curio.message_sends, curio.message_send_replacements FROM reader", true)]
    [InlineData("REVOKE SELECT ON curio.message_sends, curio.message_waits FROM reader", false)]
    public async Task Tables_that_are_not_there_or_not_granted_keep_nothing_and_are_no_failure(string change, bool isKept)
    {
        FakeCurio curio = await databases.CreateAsync();
        await curio.AddRowAsync("message_sends", First.SendsRow(), Cancellation);
        await curio.AddRowAsync("message_waits", First.WaitsRow(First, 16_001), Cancellation);
        string reader = $"reader_of_{curio.Name}";
        await curio.ExecuteAsync(
            $"CREATE ROLE {reader} LOGIN PASSWORD 'r'; GRANT USAGE ON SCHEMA curio TO {reader}; GRANT SELECT ON ALL TABLES IN SCHEMA curio TO {reader}; "
                + change.Replace("FROM reader", $"FROM {reader}", StringComparison.Ordinal),
            Cancellation);
        KeptMessage? kept = await Open(curio, parts => parts with { User = reader, Password = "r" }).FindAsync(First.Cid, Cancellation);
        Assert.Equal(isKept, kept is not null);
    }

    private static string?[] Row(CurioMail mail) => [mail.Cid.ToString(), Hex(mail)];

    private static string?[] Row(CurioMail replaced, CurioMail by) => [replaced.Cid.ToString(), by.Cid.ToString(), Hex(by)];

    private static string Hex(CurioMail mail) => Convert.ToHexString(mail.Signed);

    private static CuriosDatabase Open(FakeCurio curio, Func<ConnectionParts, ConnectionParts>? change = null)
    {
        ConnectionParts parts = ConnectionText.Parse(curio.Url, "--curio-db");
        return new CuriosDatabase(new CurioConnection(change is null ? parts : change(parts)), TimeSpan.FromSeconds(60), new KeptLog());
    }
}
