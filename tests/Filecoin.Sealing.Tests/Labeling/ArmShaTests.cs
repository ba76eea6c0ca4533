using System.Runtime.Intrinsics.Arm;
using Filecoin.Sealing.Labeling;
using Xunit;

namespace Filecoin.Sealing.Tests.Labeling;

/// <summary>On Arm, the processor's instructions are what is used; every test over the available kernels then covers them.</summary>
public sealed class ArmShaTests
{
    [Fact]
    public void A_processor_with_the_instructions_uses_them()
    {
        Assert.SkipUnless(Sha256.IsSupported, "not an Arm processor with FEAT_SHA256");
        Assert.Equal("arm-sha2", LabelKernels.OfOne.Available[0]);
        Assert.Contains("arm-sha2", LabelKernels.OfBatch.Available);
    }
}
