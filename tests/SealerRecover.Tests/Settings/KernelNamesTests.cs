using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Settings;
using Xunit;

namespace SealerRecover.Tests.Settings;

public class KernelNamesTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData(" , ", "")]
    [InlineData("best", "")]
    [InlineData("label=platform", "label=platform")]
    [InlineData("poseidon=scalar,label=plain", "label=plain,poseidon=scalar")]
    [InlineData(" many = vector-4 , parents=portable ", "many=vector-4,parents=portable")]
    [InlineData("plain", "label=plain,many=plain,poseidon=plain,two-to-one=plain,parents=plain")]
    [InlineData("scalar", "poseidon=scalar")]
    [InlineData("poseidon=opencl", "poseidon=opencl")]
    [InlineData("opencl:12", "poseidon=opencl:12")]
    [InlineData("opencl,poseidon=scalar", "poseidon=scalar")]
    [InlineData("plain,poseidon=opencl:0", "label=plain,many=plain,poseidon=opencl:0,two-to-one=plain,parents=plain")]
    [InlineData("platform", "label=platform,many=platform,two-to-one=platform")]
    [InlineData("plain,many=vector-4,poseidon=scalar", "label=plain,many=vector-4,poseidon=scalar,two-to-one=plain,parents=plain")]
    [InlineData("many=vector-4,plain", "label=plain,many=vector-4,poseidon=plain,two-to-one=plain,parents=plain")]
    [InlineData("platform,scalar,portable", "label=platform,many=platform,poseidon=scalar,two-to-one=platform,parents=portable")]
    public void Names_are_read(string? text, string expected)
    {
        KernelChoice choice = KernelNames.Parse(text, "--kernel");
        Assert.Equal(expected, choice.ToString());

        // What is printed can be given again.
        Assert.Equal(choice, KernelNames.Parse(choice.ToString(), "--kernel"));
    }

    [Theory]
    [InlineData("abacus", "there is no kernel \"abacus\"; this machine has label: ")]
    [InlineData("Plain", "there is no kernel \"Plain\"")]
    [InlineData("label=", "there is no label kernel \"\"")]
    [InlineData("label=scalar", "there is no label kernel \"scalar\" on this machine; it has ")]
    [InlineData("=plain", "there is no kind of kernel \"\"")]
    [InlineData("hash=plain", "there is no kind of kernel \"hash\", only label, many, poseidon, two-to-one, parents")]
    [InlineData("label=plain=plain", "there is no label kernel \"plain=plain\"")]
    [InlineData("label=plain,label=plain", "names two label kernels")]
    [InlineData("poseidon=opencl:", "there is no poseidon kernel \"opencl:\" on this machine")]
    [InlineData("opencl:-1", "there is no kernel \"opencl:-1\"")]
    [InlineData("label=opencl", "there is no label kernel \"opencl\" on this machine")]
    [InlineData("plain,opencl", "names both plain and opencl for poseidon")]
    [InlineData("opencl,plain", "names both opencl and plain for poseidon")]
    [InlineData("plain,platform", "names both plain and platform for label")]
    [InlineData("\u001b[31m", "there is no kernel")]
    public void Names_without_a_kernel_are_refused_with_what_there_is(string text, string sentence)
    {
        OperatorException refused = Assert.Throws<OperatorException>(() => KernelNames.Parse(text, "--kernel"));
        Assert.Equal(FailureKind.BadInput, refused.Kind);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("--kernel", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(refused.Message, char.IsControl);
        Assert.NotEmpty(refused.Hint.ToString());
    }

    [Fact]
    public void A_kernel_that_is_not_here_is_refused_with_the_reason()
    {
        KernelVariant missing = KernelCatalogue.Of(KernelKind.Label).First(variant => !variant.IsAvailable);
        foreach (string text in new[] { missing.Name, $"label={missing.Name}" })
        {
            string message = Assert.Throws<OperatorException>(() => KernelNames.Parse(text, "--kernel")).Message;
            Assert.Contains(missing.Lack!, message, StringComparison.Ordinal);
            Assert.Contains("platform, plain", message, StringComparison.Ordinal);
        }
    }
}
