using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Filecoin.Chain.Lookup;
using Filecoin.Chain.Wire;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Xunit;

namespace SealerRecover.Tests.Chain;

public sealed class TicketDrawTests
{
    /// <summary>
    /// Computed with Python: hashlib.blake2b and struct over VRF proofs that are sha256("seed/i/0") + sha256("seed/i/1") + sha256("seed/i/2").
    /// </summary>
    [Theory]
    [InlineData("a", 1, 0, 0, "6efa292ab10d16ef184147273d363428faf34559cb2b27c6f4c57cdcdbb2d1f4", "4035e827b3dcba5f146e79d43ef08fe5725617096540bd7b1b15b4057eb8c02d")]
    [InlineData("b", 2, 9201, 1000, "574de68ea338e2526f1ea38f69c897a26f2cfbf5f5b639994040dce738cca7fc", "23b7c73d273b9dfde3f9e3f2fe7ed2544a9e476283adbc38346eaff9e3690a74")]
    [InlineData("c", 5, 4863283, 1938223, "07b14d1b0e90b821e1cc72466cea122cb3a9130c544fa4cd5cbf367c128d4387", "74432ea970ae7a5256d5a6b5f425cd9b2b750925d838ba75d31ec680b662475f")]
    [InlineData("d", 3, -17, 127, "67bd2485d08055eacc75f8662e27e5ea1a53adbb570679a44d03f0c14ed87504", "f8a5e48382dcfd38189a6091bb9fd95d61dfbf8cf53b1de9596d2b7bf0de607a")]
    [InlineData("e", 4, 1099511627776, 128, "24de9264161d7e58ce0d1fc074166f7b37d0853c66dc0109578c1881aaa9f036", "ce9b84f54b637f50801d916065a33655edb991acb3781f2c38d4baebf1d5e97a")]
    [InlineData("f", 3, 892800, 9223372036854775807, "00d455f1f491363973c356da9886212ae7bfda1c4201622c50f332f76b6fd7d3", "1d928c538de84fd9c8a10c900c72ff91be852014ae64239ab51de4aceb1ab575")]
    public void Tickets_computed_elsewhere_come_out_whatever_the_order_of_blocks(
        string seed, int blocks, long epoch, ulong miner, string digest, string ticket)
    {
        BlockHeader[] headers = [.. Enumerable.Range(0, blocks).Select(i => new BlockHeader
        {
            Height = 1,
            Timestamp = 1,
            Ticket = new BlockTicket { VrfProof = [.. Enumerable.Range(0, 3).SelectMany(part => Sha256(seed, i, part))] },
        })];
        foreach (IEnumerable<BlockHeader> order in new[] { headers, headers.Reverse() })
        {
            TipSet tipset = new() { Height = 1, Cids = [], Blocks = [.. order] };
            Assert.Equal(digest, TicketDraw.Digest(tipset).ToString());
            Assert.Equal(ticket, TicketDraw.Draw(TicketDraw.Digest(tipset), epoch, new ActorId(miner)).ToString());
        }
    }

    [Fact]
    public void The_hashed_bytes_begin_with_personalization_5_and_not_1()
    {
        // A ticket drawn with personalization 1, as widely assumed, would differ: pin the layout of the hashed bytes.
        Bytes32 digest = Blake2b.Hash256("digest"u8);
        byte[] input = [0, 0, 0, 0, 0, 0, 0, 5, .. digest.Span, 0, 0, 0, 0, 0, 0, 0x23, 0xf1, 0x43, 0, 0xe8, 0x07];
        Assert.Equal(Blake2b.Hash256(input), TicketDraw.Draw(digest, 9201, new ActorId(1000)).Value);
        input[7] = 1;
        Assert.NotEqual(Blake2b.Hash256(input), TicketDraw.Draw(digest, 9201, new ActorId(1000)).Value);
    }

    [Fact]
    public void A_tipset_without_tickets_has_no_digest()
    {
        Assert.Throws<ArgumentException>(() => TicketDraw.Digest(new TipSet { Height = 1, Cids = [], Blocks = [] }));
        Assert.Throws<ArgumentException>(() => TicketDraw.Digest(new TipSet { Height = 1, Cids = [], Blocks = [new BlockHeader { Height = 1, Timestamp = 1 }] }));
    }

    private static byte[] Sha256(string seed, int block, int part) =>
        SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}/{block}/{part}")));
}
